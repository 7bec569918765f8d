import { checkName, checkParallelism, type GraphDraft } from "../graph/graph-draft.ts";
import type { CheckpointOptions, RestartStrategyOptions } from "../graph/logical-graph.ts";
import type { Source } from "./source.ts";
import { OperatorStream } from "./stream.ts";
import { type WatermarkStrategy, watermarks as strategies } from "./watermarks.ts";

/**
 * What a job's factory is given: the place where streams begin, and the settings of the whole job. It only describes;
 * a cluster runs what was described.
 */
export class StreamExecutionEnvironment {
  readonly #graph: GraphDraft;

  constructor(graph: GraphDraft) {
    this.#graph = graph;
  }

  fromSource<T>(source: Source<T>, watermarks: WatermarkStrategy<T>, name: string): OperatorStream<T>;
  fromSource<T>(source: Source<T>, name: string): OperatorStream<T>;
  fromSource<T>(source: Source<T>, second: WatermarkStrategy<T> | string, third?: string): OperatorStream<T> {
    const name = typeof second === "string" ? second : (third ?? "source");
    const watermarks = typeof second === "string" ? strategies.none<T>() : second;
    checkName("The source's name", name);
    const operator = {
      kind: "source",
      source: source as Source<unknown>,
      watermarks: watermarks as WatermarkStrategy<unknown>,
    } as const;
    return new OperatorStream(this.#graph, this.#graph.add(operator, name, []));
  }

  /** For operators that do not set their own. */
  setParallelism(parallelism: number): this {
    checkParallelism(parallelism);
    this.#graph.parallelism = parallelism;
    return this;
  }

  /** The number of key groups: fixed for the life of the job's state. Default 128. */
  setMaxParallelism(maxParallelism: number): this {
    if (!Number.isSafeInteger(maxParallelism) || maxParallelism < 1 || maxParallelism > 32_768) {
      throw new Error(`A max parallelism is a whole number from 1 to 32768; got ${maxParallelism}.`);
    }
    this.#graph.maxParallelism = maxParallelism;
    return this;
  }

  /** Defaults as in Flink: timeout 10 minutes, no pause, no tolerated failure. */
  enableCheckpointing(intervalMs: number, options: Partial<Omit<CheckpointOptions, "intervalMs">> = {}): this {
    const { mode = "exactly-once", timeoutMs = 600_000, minPauseMs = 0, tolerableFailures = 0 } = options;
    if (mode !== "exactly-once")
      throw new Error(`Checkpointing mode "${String(mode)}" is not there; use "exactly-once".`);
    checkDuration("A checkpoint interval", intervalMs, 1);
    checkDuration("A checkpoint timeout", timeoutMs, 1);
    checkDuration("A pause between checkpoints", minPauseMs, 0);
    this.#graph.checkpointing = { intervalMs, mode, timeoutMs, minPauseMs, tolerableFailures };
    return this;
  }

  setRestartStrategy(strategy: RestartStrategyOptions): this {
    this.#graph.restartStrategy = strategy;
    return this;
  }

  /** Every operator gets a vertex of its own. */
  disableOperatorChaining(): this {
    this.#graph.chaining = false;
    return this;
  }
}

function checkDuration(what: string, ms: number, min: number): void {
  if (!Number.isSafeInteger(ms) || ms < min)
    throw new Error(`${what} is whole milliseconds, ${min} or more; got ${ms}.`);
}
