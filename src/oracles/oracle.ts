import type { LogicalGraph } from "../runtime/graph/logical-graph.ts";
import type { DurableView, Observation } from "../sim/observation.ts";
import type { Evidence } from "./evidence/evidence.ts";

/**
 * What an oracle is: a claim with an id and a sentence, and a fold over what devices and services saw. It owns the
 * words; each claim has a file of its own. The same fold can judge a recorded history.
 */
export interface Oracle {
  /** Stable id of invariants.md: `CC-8`. */
  readonly id: string;
  /** The claim in one sentence. */
  readonly sentence: string;
  /** `always` at every observation, `eventually` after the calm, `sometimes` at least once in a suite. */
  readonly expectation: "always" | "eventually" | "sometimes";
  /** Which observations the fold wants; nothing else is made or delivered. */
  readonly wants: Wants;
  begin(setting: Setting): OracleFold;
}

export interface Wants {
  /** Methods of frames, exact names. */
  readonly frames?: readonly string[];
  /** Disk observations of these roles (kinds of role without index: `coord`, `broker`, `dfs`). */
  readonly disks?: readonly string[];
  readonly processes?: boolean;
}

export interface OracleFold {
  on(observation: Observation): Violation | undefined;
  end(final: FinalState): readonly Violation[];
  /** How often the claim was put to the test in this run; 0 says that the run says nothing about it. */
  readonly checked: number;
  /** Known at the end: why it could not judge this run, or not all of it. One sentence without its stop, the same for like runs. */
  readonly notJudged?: string | undefined;
}

export interface Violation {
  readonly claim: string;
  /** The operator, role or file it is about: part of the signature that shrinking keeps. */
  readonly where: string;
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** What a run is about, given to every oracle at the start. */
export interface Setting {
  /** Builds the job's logical graph anew (for the reference executor), with nothing woven into it. */
  readonly graph: () => LogicalGraph;
  /** Input records by topic and partition, in order; position i of a partition is offset i. */
  readonly input: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  /** Durable view of a role's machine, at any time of the run. */
  readonly durable: (role: string) => DurableView;
  /** Where a service keeps its files on its machine's disk. */
  readonly folder: (role: string) => string;
  /** The id under which the cluster runs the job. */
  readonly job: string;
  readonly roles: { readonly coordination: string; readonly broker: string; readonly storage: readonly string[] };
  /** What oracles of this run share. */
  readonly evidence: Evidence;
  readonly replicas: number;
  readonly knobs: Readonly<Record<string, number>>;
  /** Roles of whose disks the plan may take away what was synced: nobody owes them that it survives. */
  readonly dishonestDisks?: ReadonlySet<string>;
  /** Of these, those that only lose all that they have at one time: from then on they are honest, and others make good for it. */
  readonly replacedDisks?: ReadonlySet<string>;
  /** The plan makes a clock run fast or slow: waits are as wrong as the clock that they go by. */
  readonly unsteadyTimers?: true;
  /** The plan loses or delays single messages: what was sent on a connection may not come, or behind what was sent later. */
  readonly messagesGoAstray?: true;
  /** The broker is a classic one: what is prepared may time out, and the job then owes an end that says so. */
  readonly preparedMayExpire?: true;
  /** The plan takes away what nobody can bring back, such as input: the job then owes an end that says so. */
  readonly lossIsPlanned?: true;
  /** The plan damages more than replicas can make good: what was committed may not be there any more. */
  readonly outputMayBeLost?: true;
  /** Not all of the scenario's own plan and settings are played, as while a failure is shrunk: less may go wrong. */
  readonly planIsReduced?: true;
  /** A comparison weaker than equality along the committed order, with the scenario's reason. */
  readonly compare?: { readonly by: "per-key-sequence" | "multiset"; readonly because: string };
}

export interface FinalState {
  readonly atUs: number;
  /** What the coordination service's durable log says became of the job. `drained`: it runs, and has nothing left to do. */
  readonly job: "finished" | "failed" | "running" | "drained";
}

/** All of the input has taken effect, and is committed. */
export function isThrough({ job }: FinalState): boolean {
  return job === "finished" || job === "drained";
}
