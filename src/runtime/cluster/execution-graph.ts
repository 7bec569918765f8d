import type { CheckpointPlan } from "../checkpoint/pending-checkpoint.ts";
import type { CheckpointMetadata } from "../checkpoint/metadata.ts";
import { consumersOf, producersOf, type JobGraph, type JobVertex } from "../graph/job-graph.ts";
import { keyGroupRange } from "../graph/key-groups.ts";
import type { JobReference, SubtaskSnapshot, TaskDeployment } from "../task/task-contract.ts";
import type { TaskState } from "./messages.ts";
import type { RegisteredWorker } from "./worker-registry.ts";

/**
 * One attempt of a job: each subtask with its worker and its state. It owns how the job graph unfolds into executions,
 * what each is told at its deployment, and what a checkpoint may expect of them. It sends nothing.
 *
 * All of it is one failover region for now: every execution of an attempt starts, fails and ends together.
 */
export class ExecutionGraph {
  readonly attempt: number;
  readonly graph: JobGraph;
  readonly executions: readonly Execution[];
  readonly #byName: ReadonlyMap<string, Execution>;
  readonly #byVertex: ReadonlyMap<string, readonly Execution[]>;

  /** Subtask i of every vertex shares slot i. */
  constructor(graph: JobGraph, attempt: number, slots: readonly RegisteredWorker[]) {
    this.graph = graph;
    this.attempt = attempt;
    this.#byVertex = new Map(graph.vertices.map(vertex => [vertex.id, unfold(vertex, attempt, slots)]));
    this.executions = [...this.#byVertex.values()].flat();
    this.#byName = new Map(this.executions.map(execution => [execution.name, execution]));
  }

  execution(name: string): Execution | undefined {
    return this.#byName.get(name);
  }

  of(vertex: string): readonly Execution[] {
    return this.#byVertex.get(vertex) ?? [];
  }

  every(...states: readonly ExecutionState[]): boolean {
    return this.executions.every(execution => states.includes(execution.state));
  }

  /** Whoever injects barriers by himself when nobody upstream does: sources, and subtasks without a living producer. */
  triggered(): readonly Execution[] {
    return this.executions.filter(
      execution => isLive(execution) && this.#producers(execution).every(producer => !isLive(producer)),
    );
  }

  /** Source subtasks are all at the end of their data. */
  sourcesEnded(): boolean {
    return this.executions.every(
      execution => !isSource(execution.vertex) || execution.state === "ended" || execution.state === "finished",
    );
  }

  /**
   * Undefined while some subtask neither runs nor has finished, and when all have finished. A finished subtask takes part
   * with what the newest checkpoint holds of it: it finished because that one, or one before, has all of its input in it.
   */
  checkpointPlan(newest: CheckpointMetadata | undefined): CheckpointPlan | undefined {
    if (!this.every("running", "ended", "finished") || this.every("finished")) return undefined;
    const ended = this.executions.filter(execution => !isLive(execution));
    const finished = ended.flatMap(execution => lastSnapshot(execution, newest) ?? []);
    if (finished.length < ended.length) return undefined;
    return {
      attempt: this.attempt,
      awaited: this.executions.filter(isLive).map(execution => execution.name),
      finished,
      vertices: this.graph.vertices.map(vertex => ({
        vertex: vertex.id,
        parallelism: vertex.parallelism,
        maxParallelism: vertex.maxParallelism,
      })),
    };
  }

  deployment(execution: Execution, job: JobReference, restored: CheckpointMetadata | undefined): TaskDeployment {
    const { vertex, subtask } = execution;
    const { parallelism, maxParallelism } = vertex;
    return {
      job,
      execution: execution.name,
      vertex: vertex.id,
      subtask,
      attempt: this.attempt,
      parallelism,
      maxParallelism,
      restoredCheckpoint: restored?.checkpoint ?? 0,
      inputs: vertex.inputs.map(edge => {
        const producers = this.of(edge.from);
        const channels = producersOf(edge, producers.length, subtask).map(i => producers[i]!);
        return {
          edge: edge.id,
          channels: channels.map(({ name, worker }) => ({ producer: name, address: worker.dataAddress })),
        };
      }),
      outputs: vertex.outputs.map(edge => {
        const consumers = this.of(edge.to);
        return {
          edge: edge.id,
          channels: consumersOf(edge, consumers.length, subtask).map(i => ({ consumer: consumers[i]!.name })),
        };
      }),
      restore: (restored?.subtasks ?? []).filter(
        snapshot => snapshot.vertex === vertex.id && concerns(snapshot, vertex, subtask),
      ),
    };
  }

  #producers(execution: Execution): Execution[] {
    return execution.vertex.inputs.flatMap(edge => {
      const producers = this.of(edge.from);
      return producersOf(edge, producers.length, execution.subtask).map(i => producers[i]!);
    });
  }
}

/** One subtask in one attempt. */
export interface Execution {
  /** `count[1]#7`: unique for ever. */
  readonly name: string;
  readonly vertex: JobVertex;
  readonly subtask: number;
  readonly worker: RegisteredWorker;
  state: ExecutionState;
}

/** `gone` says that its worker was lost, and the subtask with it as far as anybody may rely on it. */
export type ExecutionState = TaskState | "gone";

export function isSource(vertex: JobVertex): boolean {
  return vertex.inputs.length === 0;
}

export function isTerminal(state: ExecutionState): boolean {
  return state === "finished" || state === "failed" || state === "canceled" || state === "gone";
}

function isLive(execution: Execution): boolean {
  return !isTerminal(execution.state);
}

function unfold(vertex: JobVertex, attempt: number, slots: readonly RegisteredWorker[]): Execution[] {
  return Array.from({ length: vertex.parallelism }, (_, subtask) => ({
    name: `${vertex.id}[${subtask}]#${attempt}`,
    vertex,
    subtask,
    worker: slots[subtask]!,
    state: "deploying",
  }));
}

/** Its state and positions, without what its sinks had prepared: a subtask finishes when all of that is committed. */
function lastSnapshot(execution: Execution, newest: CheckpointMetadata | undefined): SubtaskSnapshot | undefined {
  const last = newest?.subtasks.find(
    ({ vertex, subtask }) => vertex === execution.vertex.id && subtask === execution.subtask,
  );
  if (last === undefined) return undefined;
  const operators = last.operators.map(({ committables: _committed, ...kept }) => kept);
  return { ...last, operators, finished: true };
}

/** Same parallelism: its own snapshot. Rescaled: key groups that overlap, and the rest by remainder (task-contract.ts). */
function concerns(snapshot: SubtaskSnapshot, vertex: JobVertex, subtask: number): boolean {
  if (snapshot.parallelism === vertex.parallelism) return snapshot.subtask === subtask;
  if (snapshot.subtask % vertex.parallelism === subtask) return true;
  const old = keyGroupRange(snapshot.subtask, snapshot.parallelism, vertex.maxParallelism);
  const now = keyGroupRange(subtask, vertex.parallelism, vertex.maxParallelism);
  return old.first <= now.last && now.first <= old.last;
}
