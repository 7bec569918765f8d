import { expect, onTestFinished } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { crc32c } from "../../src/rpc/crc32c.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Site } from "../../src/sim/site.ts";
import { diskless } from "../../src/sim/test/diskless.ts";
import { job, type JobFactory } from "../../src/runtime/api/job.ts";
import type { Sink } from "../../src/runtime/api/sink.ts";
import type { ReaderContext, Source } from "../../src/runtime/api/source.ts";
import { compileJob } from "../../src/runtime/graph/compile-job.ts";
import { consumersOf, producersOf, type JobVertex } from "../../src/runtime/graph/job-graph.ts";
import { readStateFile } from "../../src/runtime/state/state-reader.ts";
import { Shuffle } from "../../src/runtime/task/shuffle.ts";
import { startTask } from "../../src/runtime/task/task.ts";
import type {
  RunningTask,
  StoredFile,
  SubtaskSnapshot,
  TaskEnvironment,
} from "../../src/runtime/task/task-contract.ts";
import { feedSource, ledgerSink, type Ledger, type TestSplit } from "./ledger-connectors.ts";
import { add, type Payment } from "./payment.ts";

export type ClusterFactory = (env: Parameters<JobFactory<Record<string, never>>>[0], cluster: MiniCluster) => unknown;

export const sums: ClusterFactory = (env, cluster) =>
  env
    .fromSource(cluster.source(), "payments")
    .keyBy(p => p.account)
    .reduce(add)
    .name("sum")
    .sinkTo(cluster.sink());

/** Two workers on simulated machines, and the test in the part of job manager, storage, source and sink. */
export class MiniCluster {
  readonly feeds: Payment[][];
  readonly ledger: Ledger;
  readonly tasks: {
    readonly vertex: JobVertex;
    readonly subtask: number;
    readonly worker: string;
    task?: RunningTask;
  }[] = [];
  readonly failures: string[] = [];
  readonly finished: string[] = [];
  readonly canceled: string[] = [];
  readonly declined: string[] = [];
  endOfData = 0;
  readonly kernel = new Kernel({ seed: "mini" });
  readonly site = new Site(this.kernel);
  readonly #acknowledged = new Map<number, SubtaskSnapshot[]>();
  readonly #factory: ClusterFactory;
  readonly #options: {
    readonly parallelism: number;
    readonly creditsPerChannel: number;
    readonly checkpointed: boolean;
  };
  readonly #readers: ReaderContext[] = [];
  readonly #shuffles = new Map<string, { readonly host: Host; readonly shuffle: Shuffle }>();
  readonly #id: number;
  readonly #crashes: unknown[] = [];
  #testActs = true;
  #lastUs = 0;
  #ended = false;

  constructor(
    factory: ClusterFactory,
    options: {
      parallelism?: number;
      creditsPerChannel?: number;
      checkpointed?: boolean;
      feeds?: Payment[][];
      ledger?: Ledger;
    } = {},
  ) {
    this.#factory = factory;
    this.feeds = options.feeds ?? [[], []];
    this.ledger = options.ledger ?? { prepared: new Map(), committed: [], answers: [], asked: 0 };
    this.#id = this.ledger.prepared.size;
    const { parallelism = 2, creditsPerChannel = 2, checkpointed = true } = options;
    this.#options = { parallelism, creditsPerChannel, checkpointed };
    this.site.onProcess(change => {
      if (change.what === "crashed") this.#crashes.push(change.cause);
    });
    onTestFinished(() => this.kernel.stop());
    this.#tick();
    void this.kernel.run();
    for (const role of ["tm0", "tm1"]) {
      this.site.addMachine(role, { disk: diskless });
      this.site.place(role, role);
    }
  }

  get committed(): readonly Payment[] {
    return this.ledger.committed;
  }

  async deploy(restore: readonly SubtaskSnapshot[] = [], restoredCheckpoint = 0): Promise<void> {
    for (const role of ["tm0", "tm1"]) {
      this.site.start(role, host => {
        const shuffle = new Shuffle(host, `${role}:data`, {
          bufferRecordsMax: 4,
          creditsPerChannel: this.#options.creditsPerChannel,
          requestTimeoutMs: 1_000,
        });
        this.#shuffles.set(role, { host, shuffle });
        void shuffle.start();
      });
    }
    await this.settle();
    for (const vertex of this.#compile().vertices) {
      for (let subtask = 0; subtask < vertex.parallelism; subtask++) {
        this.tasks.push({ vertex, subtask, worker: this.#workerOf(vertex.id, subtask) });
      }
    }
    // Consumers first: their requests wait for producers that have not started.
    for (const task of this.tasks.toReversed()) {
      this.#turn(task.worker, () => {
        const { host, shuffle } = this.#shuffles.get(task.worker)!;
        task.task = startTask(
          this.#environment(host, task.vertex, task.subtask, restore, restoredCheckpoint),
          task.vertex,
          shuffle,
        );
      });
    }
    await this.settle();
    if (this.#restores(restore)) return;
    for (const [feed] of this.feeds.entries()) {
      const to = this.tasks.find(
        ({ vertex, subtask }) => vertex.id === "payments" && subtask === feed % this.#options.parallelism,
      )!;
      this.#turn(to.worker, () =>
        to.task!.fromCoordinator("payments", { kind: "assign-splits", splits: [{ feed, next: 0 }] }),
      );
    }
    await this.settle();
  }

  feed(feed: number, ...payments: Payment[]): void {
    this.feeds[feed]!.push(...payments);
    this.#wakeReaders();
  }

  endFeeds(): void {
    this.#ended = true;
    this.#wakeReaders();
  }

  /** Lets ten virtual seconds pass. The kernel then ticks until the test asks for the next thing: idle, it would end. */
  async settle(): Promise<void> {
    this.#testActs = false;
    await new Promise<void>(resolve => {
      this.#later(10_000_000, () => {
        this.#testActs = true;
        resolve();
        this.#tick();
      });
    });
    expect(this.#crashes).toEqual([]);
  }

  async trigger(checkpoint: number): Promise<void> {
    for (const { vertex, subtask } of this.tasks)
      if (vertex.inputs.length === 0) this.trigger1(checkpoint, vertex.id, subtask);
    await this.settle();
  }

  trigger1(checkpoint: number, vertex: string, subtask: number): void {
    const found = this.tasks.find(task => task.vertex.id === vertex && task.subtask === subtask)!;
    this.#turn(found.worker, () => found.task!.triggerCheckpoint(checkpoint, 0));
  }

  async complete(
    checkpoint: number,
    which: (task: MiniCluster["tasks"][number]) => boolean = () => true,
  ): Promise<void> {
    for (const task of this.tasks.filter(which))
      this.#turn(task.worker, () => task.task!.notifyCheckpointComplete(checkpoint));
    await this.settle();
  }

  async checkpoint(checkpoint: number): Promise<void> {
    await this.trigger(checkpoint);
    expect(this.acknowledged(checkpoint)).toHaveLength(this.tasks.length);
    await this.complete(checkpoint);
  }

  async abort(checkpoint: number): Promise<void> {
    for (const task of this.tasks) this.#turn(task.worker, () => task.task!.notifyCheckpointAborted(checkpoint));
    await this.settle();
  }

  async cancel(): Promise<void> {
    for (const task of this.tasks) this.#turn(task.worker, () => task.task!.cancel());
    await this.settle();
  }

  /** Asks each subtask's worker for its outputs once more, in its consumers' names; resolves to what they were told. */
  async askForOutputs(): Promise<readonly string[]> {
    const told: string[] = [];
    const { vertices } = this.#compile();
    for (const { vertex, subtask, worker } of this.tasks)
      for (const edge of vertex.outputs)
        for (const to of consumersOf(edge, vertices.find(({ id }) => id === edge.to)!.parallelism, subtask))
          this.#turn(worker, () => {
            const channel = { edge: edge.id, producer: `${vertex.id}[${subtask}]#1`, consumer: `${edge.to}[${to}]#1` };
            const { shuffle } = this.#shuffles.get(worker)!;
            shuffle.open(channel, shuffle.address, {
              receive: kind => void told.push(kind),
              lost: cause => void told.push(cause),
            });
          });
    await this.settle();
    return told;
  }

  acknowledged(checkpoint: number): readonly SubtaskSnapshot[] {
    return this.#acknowledged.get(checkpoint) ?? [];
  }

  splitsOf(checkpoint: number): readonly TestSplit[] {
    const splits = this.acknowledged(checkpoint).flatMap(snapshot =>
      snapshot.operators.flatMap(operator => operator.splits ?? []),
    );
    return (splits as TestSplit[]).toSorted((a, b) => a.feed - b.feed);
  }

  stateOf(checkpoint: number): ReturnType<typeof readStateFile> {
    return this.acknowledged(checkpoint).flatMap(({ files }) =>
      files.flatMap(({ path }) => readStateFile(storage.get(path)!)),
    );
  }

  source(): Source<Payment, TestSplit> {
    return feedSource({
      feeds: this.feeds,
      ended: () => this.#ended,
      read: context => void this.#readers.push(context),
    });
  }

  sink(): Sink<Payment> {
    return ledgerSink(this.ledger, this.#id);
  }

  #compile(): ReturnType<typeof compileJob> {
    const declared = job("mini", env => void this.#factory(env, this));
    const checkpointing = {
      intervalMs: 1,
      mode: "exactly-once",
      timeoutMs: 1,
      minPauseMs: 0,
      tolerableFailures: 0,
    } as const;
    const defaults = { parallelism: this.#options.parallelism };
    return compileJob(declared, {}, this.#options.checkpointed ? { ...defaults, checkpointing } : defaults);
  }

  #workerOf(vertex: string, subtask: number): string {
    return `tm${(subtask + (vertex === "payments" ? 0 : 1)) % 2}`;
  }

  #turn(worker: string, run: () => void): void {
    // A turn ends with its microtasks, so it has to be an event of the kernel and not a call of the test.
    this.#later(0, () => this.site.role(worker).incarnation?.turn(run));
  }

  #later(delayUs: number, run: () => void): void {
    // One microsecond apart, since the seed orders what is asked for at one instant.
    this.#lastUs = Math.max(this.kernel.nowUs, this.#lastUs) + 1;
    this.kernel.at(this.#lastUs + delayUs, this.kernel.owner("test"), run);
  }

  #tick(): void {
    if (this.#testActs) this.#later(1_000, () => this.#tick());
  }

  #wakeReaders(): void {
    for (const context of this.#readers)
      this.#turn(this.#workerOf(context.vertex, context.subtask), () => context.available());
  }

  #restores(restore: readonly SubtaskSnapshot[]): boolean {
    return restore.length > 0;
  }

  #environment(
    host: Host,
    vertex: JobVertex,
    subtask: number,
    restore: readonly SubtaskSnapshot[],
    restoredCheckpoint: number,
  ): TaskEnvironment {
    const execution = `${vertex.id}[${subtask}]#1`;
    const graph = this.#compile();
    const parallelismOf = (id: string): number => graph.vertices.find(other => other.id === id)!.parallelism;
    return {
      host,
      services: {
        broker: "broker:rpc",
        storageNodes: [],
        replicas: 1,
        rpcTimeoutMs: 1,
      } as unknown as TaskEnvironment["services"],
      recordCostUs: 1,
      deployment: {
        job: { id: "mini", name: "mini", module: "", params: {}, graphHash: graph.hash },
        execution,
        vertex: vertex.id,
        subtask,
        attempt: 1,
        parallelism: vertex.parallelism,
        maxParallelism: vertex.maxParallelism,
        restoredCheckpoint,
        restore: restore.filter(snapshot => snapshot.vertex === vertex.id),
        inputs: vertex.inputs.map(edge => ({
          edge: edge.id,
          channels: producersOf(edge, parallelismOf(edge.from), subtask).map(i => ({
            producer: `${edge.from}[${i}]#1`,
            address: `${this.#workerOf(edge.from, i)}:data`,
          })),
        })),
        outputs: vertex.outputs.map(edge => ({
          edge: edge.id,
          channels: consumersOf(edge, parallelismOf(edge.to), subtask).map(i => ({ consumer: `${edge.to}[${i}]#1` })),
        })),
      },
      storage: {
        write: (path, bytes) => {
          storage.set(path, bytes);
          return Promise.resolve({ path, length: bytes.length, crc32c: crc32c(bytes) } satisfies StoredFile);
        },
        read: ({ path }) => Promise.resolve(storage.get(path)!),
        remove: () => Promise.resolve([]),
        list: () => Promise.resolve([]),
      },
      running: () => {},
      endOfData: () => void this.endOfData++,
      acknowledge: (checkpoint, snapshot) => {
        this.#acknowledged.set(checkpoint, [...this.acknowledged(checkpoint), snapshot]);
      },
      decline: (checkpoint, reason) => void this.declined.push(`${checkpoint} ${reason}`),
      finished: () => void this.finished.push(execution),
      failed: cause => void this.failures.push(`${execution}: ${cause}`),
      canceled: () => void this.canceled.push(execution),
      toCoordinator: () => {},
    };
  }
}

/** What checkpoint storage holds: it outlives a cluster. */
const storage = new Map<string, Uint8Array>();
