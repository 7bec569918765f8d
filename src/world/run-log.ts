import type { HostEvent } from "../host/event.ts";
import type { DeployTasks } from "../runtime/cluster/messages.ts";
import type { FrameObservation } from "../sim/observation.ts";
import type { ProcessEvent } from "../sim/site.ts";
import type { Fault } from "./fault.ts";

/**
 * What a run leaves for statistics, coverage and blame: when and on whom faults count, recoveries by kind, and who
 * was last heard doing what. It judges nothing: claims are the oracles', and they never read this.
 */
export class RunLog {
  #firstRecordUs: number | undefined;
  /** The last commit, or the job's failure. */
  #workEndedUs: number | undefined;
  /** A leader has removed what a finished job needs no more. */
  #cleanedUpUs: number | undefined;
  #phase = "start";
  readonly #last = new Map<string, { readonly event: HostEvent; readonly atUs: number }>();
  /** Lives that ended by themselves, by role. */
  readonly #ends = new Map<string, { readonly times: number; readonly last: ProcessEvent }>();
  readonly #attempts = new Map<number, Recovery>();
  readonly #cells = new Set<string>();
  /** Since when each job manager has led and each worker has had tasks: those that never did are spare. */
  readonly #usedSinceUs = new Map<string, number>();

  emitted(role: string, event: HostEvent, atUs: number): void {
    this.#last.set(role, { event, atUs });
    if (event.event === "source.first-record") this.#firstRecordUs ??= atUs;
    else if (event.event === "sink.commit" || event.event === "job.failed") this.#workEndedUs = atUs;
    else if (event.event === "job.cleaned-up") this.#cleanedUpUs = atUs;
    else if (event.event === "leader.elect") this.#used(role, atUs);
    if (phases.has(event.event)) this.#phase = event.event;
  }

  processChanged(change: ProcessEvent): void {
    if (change.what !== "crashed" && change.what !== "exited") return;
    this.#ends.set(change.role, { times: (this.#ends.get(change.role)?.times ?? 0) + 1, last: change });
  }

  /** A deployment was handed to a worker: the first of a new attempt says what the job goes on from. */
  deployed(observation: FrameObservation): void {
    if (observation.frame.type !== "request") return;
    this.#used(observation.to, observation.atUs);
    const { attempt, tasks } = observation.frame.body() as DeployTasks;
    const restored = tasks.flatMap(task => task.restore);
    const operators = restored.flatMap(snapshot => snapshot.operators);
    const known = this.#attempts.get(attempt) ?? {
      fromCheckpoint: false,
      midInput: false,
      state: false,
      pending: false,
    };
    this.#attempts.set(attempt, {
      fromCheckpoint:
        known.fromCheckpoint || tasks.some(task => task.restoredCheckpoint > 0 && task.restore.length > 0),
      midInput:
        known.midInput ||
        restored.some(({ finished, operators: all }) => !finished && all.some(one => (one.splits?.length ?? 0) > 0)),
      state: known.state || operators.some(operator => (operator.keyGroups?.length ?? 0) > 0),
      pending:
        known.pending ||
        operators.some(operator => (operator.committables ?? []).some(epoch => epoch.items.length > 0)),
    });
  }

  faultFired(fault: Fault): void {
    const component = fault.target.replace(/\d+/g, "").replace(/\[.*$/, "");
    this.#cells.add(`${this.#phase} × ${component} × ${fault.kind}`);
  }

  /**
   * From the first record read to the last epoch's commit, or to the job's failure: what comes between these two may be
   * what it fails by. Of a finished job, until it is cleaned up after. Undefined: nothing was read.
   */
  window(endUs: number): { readonly fromUs: number; readonly toUs: number } | undefined {
    if (this.#firstRecordUs === undefined) return undefined;
    return { fromUs: this.#firstRecordUs, toUs: this.#cleanedUpUs ?? this.#workEndedUs ?? endUs };
  }

  /**
   * Whether the job has any use of the role while the effect lasts. Of spare workers and job managers it has none; behind
   * its last commit it is cleaned up after, by its leader, on the storage.
   */
  inUse(role: string, { firstAtUs, lastAtUs }: { readonly firstAtUs: number; readonly lastAtUs: number }): boolean {
    if (firstAtUs > (this.#workEndedUs ?? Infinity) && !/^(coord|(jm|dfs)\d+)$/.test(role)) return false;
    return !/^(jm|tm)\d+$/.test(role) || (this.#usedSinceUs.get(role) ?? Infinity) <= lastAtUs;
  }

  get recoveries(): Recoveries {
    const [, ...later] = [...this.#attempts].sort(([a], [b]) => a - b).map(([, recovery]) => recovery);
    const count = (is: (recovery: Recovery) => boolean) => later.filter(is).length;
    return {
      fromCheckpoint: count(one => one.fromCheckpoint),
      withState: count(one => one.state && one.midInput),
      withInFlight: 0,
      withPendingCommit: count(one => one.pending),
      fromScratch: count(one => !one.fromCheckpoint),
    };
  }

  get cells(): readonly string[] {
    return [...this.#cells];
  }

  /** `barrier.align of count[1], checkpoint 3, at 1204 ms; ended by itself 12 times, at last by exit code 1`. */
  lastWords(role: string): string {
    const last = this.#last.get(role);
    return [...(last === undefined ? [] : [sayEvent(last.event, last.atUs)]), ...this.#ownEnds(role)].join("; ");
  }

  #used(role: string, atUs: number): void {
    if (!this.#usedSinceUs.has(role)) this.#usedSinceUs.set(role, atUs);
  }

  #ownEnds(role: string): readonly string[] {
    const ends = this.#ends.get(role);
    if (ends === undefined) return [];
    const { times, last } = ends;
    const how = last.what === "exited" ? `exit code ${String(last.cause)}` : String(last.cause).split("\n", 1)[0]!;
    return [`ended by itself ${times === 1 ? "once" : `${times} times, the last time`} at ${ms(last.atUs)}: ${how}`];
  }
}

export interface Recoveries {
  readonly fromCheckpoint: number;
  /** From a checkpoint with non-empty keyed state, while input was left. */
  readonly withState: number;
  readonly withInFlight: number;
  /** Work that was prepared and not known to be committed stood in the restored checkpoint. */
  readonly withPendingCommit: number;
  readonly fromScratch: number;
}

interface Recovery {
  readonly fromCheckpoint: boolean;
  readonly midInput: boolean;
  readonly state: boolean;
  readonly pending: boolean;
}

function sayEvent({ event, subtask, checkpoint }: HostEvent, atUs: number): string {
  const about = [
    subtask === undefined ? "" : ` of ${subtask}`,
    checkpoint === undefined ? "" : `, checkpoint ${checkpoint}`,
  ];
  return `${event}${about.join("")}, at ${ms(atUs)}`;
}

function ms(atUs: number): string {
  return `${Math.floor(atUs / 1000)} ms`;
}

/** The steps of the protocol that coverage tells apart. */
const phases = new Set([
  "job.running",
  "source.first-record",
  "checkpoint.trigger",
  "barrier.align",
  "snapshot.sync",
  "sink.precommit",
  "checkpoint.ack",
  "metadata.write",
  "checkpoint.complete",
  "sink.commit",
  "job.restart",
  "task.restore",
]);
