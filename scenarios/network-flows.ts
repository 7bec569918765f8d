import { scenario } from "millrace";
import { networkFlows } from "./data/network-flows.ts";
import { scanDetector } from "./jobs/scan-detector.ts";

export const scanUnderStorm = scenario("scan-under-storm", {
  why: "Analysis of network traffic: a host is called suspicious after exactly the same flow as without any failure.",
  job: scanDetector,
  params: { portsMax: 8 },
  input: { flows: networkFlows(300) },
});

export const isolatedWorkerCountsOnce = scenario("isolated-worker-counts-once", {
  why: "A worker is cut off from everyone for longer than its heartbeat time-out: it lets go by itself and counts nothing twice.",
  job: scanDetector,
  input: { flows: networkFlows(300) },
  plan: on => [on.checkpoint(2).aligned("scan[0]").cut("tm0", { forMs: 5_000 })],
});

export const wholeSiteLosesPower = scenario("whole-site-loses-power", {
  why: "Every machine goes dark at the same instant: what was acknowledged was synced, so the job goes on from there.",
  job: scanDetector,
  input: { flows: networkFlows(300) },
  plan: on => [on.checkpoint(3).acknowledged().sitePowerLoss({ forMs: 500 })],
});
