import { slotsNeeded, type Case, type Knobs, type Topology } from "../world/case.ts";
import type { FaultMistake } from "../world/faults/fault-mistake.ts";
import { shelf } from "./dataset.ts";
import { planMistake, type Inhabited } from "./plan-mistake.ts";

/**
 * What is wrong with a case that somebody wrote for a scenario, where its form is right: a cluster that cannot run, records
 * that nobody reads, a slice of no data, a plan that meets nobody.
 *
 * `widest` has the parallelism that the plan was made for: shrinking lowers it beneath the plan, and numbers wrap around.
 */
export function caseMistake(played: Case, scenario: Furnished, widest: Topology): FaultMistake | undefined {
  return (
    clusterMistake(played.topology, played.knobs) ??
    inputMistake(played.input, scenario) ??
    within("plan", planMistake(played.plan, { ...scenario, topology: widest }))
  );
}

interface Furnished extends Inhabited {
  readonly name: string;
  /** By topic. */
  readonly input: Readonly<Record<string, unknown>>;
}

export function clusterMistake(topology: Topology, knobs: Knobs): FaultMistake | undefined {
  const { replicas, storageNodes, workers, slotsPerWorker } = topology;
  if (replicas > storageNodes)
    return {
      path: ["topology", "replicas"],
      message: `the cluster has ${replicas} replicas on ${storageNodes} storage nodes; at most one replica lies on each node.`,
    };
  if (workers * slotsPerWorker < slotsNeeded(topology))
    return {
      path: ["topology", "parallelism"],
      message: `${workers} workers with ${slotsPerWorker} slots cannot run parallelism ${slotsNeeded(topology)}; add workers or slots.`,
    };
  const { heartbeatTimeoutMs, heartbeatIntervalMs } = knobs;
  if (heartbeatTimeoutMs <= heartbeatIntervalMs)
    return {
      path: ["knobs", "heartbeatTimeoutMs"],
      message: `heartbeatTimeoutMs (${heartbeatTimeoutMs}) must be larger than heartbeatIntervalMs (${heartbeatIntervalMs}).`,
    };
  return undefined;
}

function inputMistake(input: Case["input"], scenario: Furnished): FaultMistake | undefined {
  const topics = Object.keys(scenario.input);
  for (const [topic, records] of Object.entries(input)) {
    const path = ["input", topic];
    if (!topics.includes(topic))
      return {
        path,
        message: `the scenario "${scenario.name}" reads no topic "${topic}". Allowed: ${topics.join(", ")}.`,
      };
    if (records.kind !== "dataset") continue;
    const { name, from, to } = records;
    if (!shelf.names().includes(name))
      return { path: [...path, "name"], message: `there is no such data set. Allowed: ${shelf.names().join(", ")}.` };
    const { length } = shelf.records(name);
    // None at all is what shrinking may leave.
    if (from > to || to > length)
      return { path: [...path, "to"], message: `0 ≤ from ≤ to ≤ ${length} is wanted, not from ${from} to ${to}.` };
  }
  const missing = topics.find(topic => !(topic in input));
  return missing === undefined
    ? undefined
    : {
        path: ["input"],
        message: `records for the topic "${missing}" are wanted, if only none: { "kind": "values", "values": [] }.`,
      };
}

function within(key: string, mistake: FaultMistake | undefined): FaultMistake | undefined {
  return mistake && { path: [key, ...mistake.path], message: mistake.message };
}
