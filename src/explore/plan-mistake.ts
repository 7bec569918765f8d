import type { Case, Topology } from "../world/case.ts";
import type { Fault } from "../world/fault.ts";
import { faultMistake, type FaultGround, type FaultMistake } from "../world/faults/fault-mistake.ts";
import { subtasksOf } from "../world/faults/subtasks-of.ts";
import { sitesOf } from "../world/faults/task-sites.ts";
import { compileJob } from "../runtime/graph/compile-job.ts";
import type { Actors } from "../world/world.ts";

/**
 * What is wrong with a plan that somebody wrote for a scenario: beside the form of each fault, which roles and which
 * subtasks there are for it to meet. The form alone is case-schema.ts; what a plan of ours may still name after the job
 * has changed is the engine's to skip (world/fault-engine.ts).
 */
export function planMistake(plan: Case["plan"], inhabited: Inhabited): FaultMistake | undefined {
  const { jobManagers: jm, workers, storageNodes: dfs } = inhabited.topology;
  const added = plan.filter(({ kind }) => kind === "machine.add").length;
  const ground: FaultGround = {
    services: Object.keys(inhabited.services),
    roles: { jm, tm: workers + added, dfs },
    // Compiled for those alone that name a subtask: most plans do not, and a campaign opens many scenarios.
    ...(plan.some(namesSubtask) ? tasksOf(inhabited) : {}),
  };
  for (const [index, fault] of plan.entries()) {
    const mistake = faultMistake(fault, ground);
    if (mistake !== undefined) return { path: [String(index), ...mistake.path], message: mistake.message };
  }
  return undefined;
}

/** What a scenario puts on its stage. */
export interface Inhabited {
  readonly job: Actors["job"];
  readonly params: unknown;
  readonly services: Readonly<Record<string, unknown>>;
  readonly topology: Topology;
}

function namesSubtask({ target, when }: Fault): boolean {
  return target.endsWith("]") || ("on" in when && when.on.subtask !== undefined);
}

function tasksOf({ job, params, topology }: Inhabited): Pick<FaultGround, "subtasks" | "sites"> {
  const graph = compileJob(job, params, { parallelism: topology.parallelism });
  return { subtasks: subtasksOf(graph), sites: sitesOf(graph) };
}
