import { job, logSink, logSource, type ValueState } from "millrace";
import type { Flow } from "../data/network-flows.ts";

export interface HostAlarm {
  readonly source: string;
  readonly ports: number;
  readonly bytes: number;
  readonly flows: number;
  readonly suspicious: boolean;
}

interface Seen {
  readonly ports: readonly number[];
  readonly bytes: number;
  readonly flows: number;
}

/**
 * Analysis of network traffic: how many different ports and bytes each host has asked for; a host that asks for many
 * ports with little traffic scans. The answer after each flow depends on all flows of that host before it.
 */
export const scanDetector = job("scan-detector", (env, params: { readonly portsMax?: number }) => {
  const portsMax = params.portsMax ?? 8;
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<Flow>({ topic: "flows", bounded: true }), "flows")
    .keyBy(flow => flow.source)
    .process<HostAlarm>(
      (() => {
        let seen: ValueState<Seen>;
        return {
          open(context) {
            seen = context.valueState<Seen>("seen");
          },
          process(flow, _context, out) {
            const before = seen.value() ?? { ports: [], bytes: 0, flows: 0 };
            const ports = before.ports.includes(flow.port) ? before.ports : [...before.ports, flow.port];
            const after = { ports, bytes: before.bytes + flow.bytes, flows: before.flows + 1 };
            seen.update(after);
            out.collect({
              source: flow.source,
              ports: ports.length,
              bytes: after.bytes,
              flows: after.flows,
              suspicious: ports.length > portsMax && after.bytes < 400 * after.flows,
            });
          },
        };
      })(),
    )
    .name("scan")
    .sinkTo(logSink({ topic: "alarms", guarantee: "exactly-once", key: alarm => alarm.source }));
});
