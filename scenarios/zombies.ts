import { scenario } from "millrace";
import { payments } from "./data/payments.ts";
import { balances } from "./jobs/balances.ts";

/**
 * Processes that stand still for longer than anybody waits for them, wake, and go on as if nothing had been: each with
 * something else in its hands. A heartbeat is missed after 2 s, a session after 3.
 */
const base = { job: balances, params: { recordsPerFetch: 20 }, input: { payments: payments(600) } };
const forMs = 2_600;

export const zombieAcknowledges = scenario("zombie-acknowledges", {
  ...base,
  why: "A worker stands still with its state uploaded and its acknowledgement unsent: by then its subtasks run elsewhere, and its word counts for no checkpoint.",
  plan: on => [on.checkpoint(3).snapshotTaken("total[0]").pause("tm0", { forMs })],
});

export const zombieCommits = scenario("zombie-commits", {
  ...base,
  why: "A sink stands still between the word that its epoch is complete and the commit: its successor commits, and the second commit changes nothing.",
  plan: on => [on.checkpoint(3).completed().pause("tm0", { forMs })],
});

export const zombieSends = scenario("zombie-sends", {
  ...base,
  why: "A worker stands still with records and a barrier in its buffers, for others and for the broker: no channel and no transaction of now takes them.",
  plan: on => [on.checkpoint(3).arrived("total[0]").pause("tm0", { forMs })],
});

export const zombieDeletes = scenario("zombie-deletes", {
  ...base,
  why: "A leader stands still before it hears that its checkpoint is complete, and wakes deposed, with files to remove: the next leader has restored from them.",
  cluster: { jobManagers: 2 },
  // Either may lead: it stands still who has written the metadata.
  plan: on =>
    ["jm0", "jm1"].map(role =>
      on.event("metadata.write", { checkpoint: 3, role }).plus({ ms: 1 }).pause(role, { forMs: 4_000 }),
    ),
});
