import type { JobGraph } from "../../runtime/graph/job-graph.ts";
import type { Operator } from "../../runtime/graph/logical-graph.ts";

/**
 * Where in an author's code an exception is thrown. `snapshot`, `notify` and `restore` exist in sources and sinks only;
 * `snapshot-async` is a sink that has prepared its work and fails before it says so.
 */
export const taskSites = [
  "open",
  "restore",
  "record",
  "snapshot",
  "snapshot-async",
  "notify",
  "timer",
  "close",
] as const;
/** `release`: a sink's writer lets go of what it holds, and may take its time. */
export type TaskSite = (typeof taskSites)[number] | "release";

/** The sites that each operator of the job has. The head of a chain speaks for the whole chain (TaskFaults.arm). */
export function sitesOf({ vertices }: JobGraph): ReadonlyMap<string, ReadonlySet<TaskSite>> {
  return new Map(
    vertices.flatMap(({ id, operators }) =>
      operators.map(({ node }) => {
        const struck = node.name === id ? operators : operators.filter(one => one.node === node);
        return [node.name, new Set(struck.flatMap(one => sitesWithin(one.node.operator)))] as const;
      }),
    ),
  );
}

function sitesWithin(operator: Operator): readonly TaskSite[] {
  switch (operator.kind) {
    case "source":
      return ["open", "restore", "record", "snapshot", "notify", "close"];
    case "sink": {
      const writer: readonly TaskSite[] = [
        "open",
        "restore",
        "record",
        "snapshot",
        "snapshot-async",
        "close",
        "release",
      ];
      return operator.sink.createCommitter === undefined ? writer : [...writer, "notify"];
    }
    case "keyed-process":
      return operator.function.onTimer === undefined
        ? ["open", "record", "close"]
        : ["open", "record", "timer", "close"];
    default:
      return ["open", "record", "close"];
  }
}
