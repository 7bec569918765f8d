import type { HostEvent } from "../host/event.ts";
import { Journal, type EntryListener, type JournalEntry } from "../kernel/journal.ts";
import type { KernelEnd } from "../kernel/kernel.ts";
import { RandomStream } from "../kernel/random.ts";
import { jobKey, type JobRecord } from "../runtime/checkpoint/coordination-keys.ts";
import { describeJob } from "../runtime/graph/compile-job.ts";
import type { LogicalGraph, Operator } from "../runtime/graph/logical-graph.ts";
import {
  coordinationLogPath,
  coordinationLoss,
  readCoordinationLog,
} from "../services/coordination/coordination-log.ts";
import { roleFolder } from "../roles/role-table.ts";
import type { DurableView, Observation } from "../sim/observation.ts";
import type { Case, Knobs } from "./case.ts";
import type { Incarnation } from "../kernel/process.ts";
import { leftDead } from "./calm.ts";
import type { FaultEffect } from "./fault.ts";
import { FaultEngine } from "./fault-engine.ts";
import type { Layout } from "./layout.ts";
import { RunLog, type Recoveries } from "./run-log.ts";
import { Triggers } from "./trigger.ts";
import { sayWhoWaits } from "./who-waits.ts";
import { World, type Actors } from "./world.ts";

/**
 * Plays one case: storm, calm, end. It owns the order of a run and when it is over; it builds nothing (world.ts), injects
 * nothing (fault-engine.ts) and judges nothing (its caller's watch does).
 *
 * The storm lasts until `stormMs`, or until the job has ended. In the calm everything that the job needs is healed, and
 * the job must end within a bound that follows from its own time-outs. A job without an end is over when it is drained.
 */
export async function playWorld(options: PlayOptions): Promise<WorldEnd> {
  const play = new Play(options);
  try {
    return await play.run();
  } finally {
    play.world.dispose();
  }
}

export interface PlayOptions {
  readonly case: Case;
  readonly actors: Actors;
  /** Called once with the world before time begins. */
  readonly watch: (surroundings: Surroundings) => Watch;
  readonly record?: boolean;
  /** Of a recorded run: called with each entry at the moment at which it happens. */
  readonly onEntry?: EntryListener;
  readonly eventsMax?: number;
}

/** Looks at what devices see; what it returns ends the run. */
export interface Watch {
  readonly wants: {
    readonly frames?: readonly string[];
    readonly disks?: readonly string[];
    readonly processes?: boolean;
  };
  /** True: a claim is violated, and the run ends here. */
  on(observation: Observation): boolean;
  /** Asked of a job without an end: all of its input is in a checkpoint, and committed. */
  drained(): boolean;
  /** Called once, when the run is over and its disks can still be read. */
  end(final: { readonly atUs: number; readonly job: WorldEnd["job"] }): void;
}

export interface Surroundings {
  readonly layout: Layout;
  readonly job: string;
  durable(role: string): DurableView;
  /** Where a service keeps its files on its machine's disk. */
  folder(role: string): string;
  /** The job's logical graph, made anew, with nothing woven into it. */
  graph(): LogicalGraph;
}

export interface WorldEnd {
  readonly end: "finished" | "failed" | "checkpointed" | "stuck" | "exhausted" | "broken" | "violated";
  /** Of a broken or exhausted run, and of a failed job. */
  readonly reason: string | undefined;
  /** Who waited for what, of a run that is stuck. */
  readonly blame: string | undefined;
  readonly digest: string;
  readonly events: number;
  readonly atUs: number;
  readonly simulatedMs: number;
  /** Until the job had ended. */
  readonly activeSimulatedMs: number;
  /** What the coordination service's durable log says of the job. `drained`: it runs, and has nothing left to do. */
  readonly job: "finished" | "failed" | "running" | "drained";
  readonly faults: readonly FaultEffect[];
  readonly recoveries: Recoveries;
  readonly cells: readonly string[];
  readonly entries: readonly JournalEntry[];
  /** Whole only when the run was recorded. */
  readonly journal: Journal;
}

class Play {
  readonly world: World;
  readonly #played: Case;
  readonly #journal: Journal;
  readonly #log = new RunLog();
  readonly #triggers: Triggers;
  readonly #engine: FaultEngine;
  readonly #bound: CalmBound;
  readonly #watch: Watch;
  /** Some source of the job never ends. */
  readonly #isEndless: boolean;
  #drained = false;
  #jobEndedUs: number | undefined;
  #violated = false;
  /** Who has removed the recovery data of the finished job. */
  #cleaner: Incarnation | undefined;
  #hearsay: JobOutcome | undefined;
  #late = false;

  constructor({ case: played, actors, watch, record, onEntry, eventsMax = EVENTS_MAX }: PlayOptions) {
    this.#played = played;
    this.#journal = new Journal({ record: record ?? false, ...(onEntry === undefined ? {} : { onEntry }) });
    this.world = new World(played, actors, { journal: this.#journal, eventsMax });
    const { kernel, site, layout, supervisor, tasks, storage } = this.world;
    const records = Object.values(actors.input)
      .flat()
      .reduce((sum, partition) => sum + partition.length, 0);
    this.#bound = calmBound(played.knobs, records, this.world.graph.vertices.length);
    this.#isEndless = this.world.graph.vertices.some(vertex => isEndless(vertex.operators[0]!.node.operator));
    this.#triggers = new Triggers(kernel, (role, life, call, fire) => site.watchCall(role, life, call, fire));
    this.#engine = new FaultEngine(
      {
        site,
        layout,
        tasks,
        storage,
        disk: machine => this.world.disk(machine),
        restart: role => supervisor.restart(role),
        powerUp: machine => supervisor.powerUp(machine),
        abandon: role => supervisor.abandon(role),
        addWorker: () => this.world.addWorker(),
        inputTopics: this.world.inputTopics,
        operate: (name, beside, program) => this.world.operate(name, beside, program),
        incarnation: role => site.role(role).incarnation,
      },
      fault => this.#log.faultFired(fault),
    );
    this.#watch = watch({
      layout,
      job: actors.job.name,
      durable: role => this.world.diskOf(role).durable,
      folder: roleFolder,
      graph: () => describeJob(actors.job, actors.params, { parallelism: played.topology.parallelism }),
    });
    this.#observe(this.#watch);
  }

  async run(): Promise<WorldEnd> {
    const { kernel } = this.world;
    const stormUs = this.#played.knobs.stormMs * 1000;
    this.world.start();
    this.#engine.arm(this.#played.plan, this.#triggers);
    kernel.at(stormUs, kernel.owner("calm"), () => this.#calm());
    kernel.at(stormUs + this.#bound.totalMs * 1000, kernel.owner("calm"), () => {
      this.#late = true;
      kernel.stop();
    });
    return this.#report(await kernel.run());
  }

  #observe(watch: Watch): void {
    const { kernel, site, layout } = this.world;
    const show = (observation: Observation) => {
      if (this.#violated || !watch.on(observation)) return;
      this.#violated = true;
      kernel.stop();
    };
    site.network.observeFrames(["task.deploy"], frame => this.#log.deployed(frame));
    if (watch.wants.frames !== undefined && watch.wants.frames.length > 0)
      site.network.observeFrames(watch.wants.frames, show);
    for (const kind of watch.wants.disks ?? []) {
      for (const { role } of layout.roles.filter(placed => kindOf(placed.role) === kind)) {
        this.world.diskOf(role).observe(show, [role]);
      }
    }
    if (watch.wants.processes === true) {
      site.onProcess(show);
      site.onMachine(show);
    }
    site.onProcess(change => this.#log.processChanged(change));
    site.onEmit((role, _incarnation, event) => {
      this.#log.emitted(role, event, kernel.nowUs);
      this.#triggers.onEmit(role, event);
      // The event is a hint to look; whether the job has ended is read from durable bytes.
      if (endings.has(event.event)) {
        kernel.at(kernel.nowUs, kernel.owner("calm"), () => this.#jobMayHaveEnded(role, event));
      }
      if (this.#isEndless && event.event === "checkpoint.complete")
        kernel.at(kernel.nowUs, kernel.owner("calm"), () => this.#jobMayBeDrained());
      if (event.event === "job.cleaned-up") this.#cleaner = site.role(role).incarnation;
      else if (event.event === "leader.depose" && this.#cleaner?.role === role) this.#cleaner = undefined;
    });
  }

  #jobMayHaveEnded(role: string, { event, detail }: HostEvent): void {
    if (this.#jobEndedUs !== undefined) return;
    // Of what is gone for good somebody has said that it does not answer: more is not to come.
    if (event === "service.unreachable" && this.#isUsedUp(String(detail?.["service"])))
      this.#hearsay ??= { state: "failed", cause: String(detail?.["cause"]) };
    // Where the disk of the coordination service keeps nothing that it was given, what was said is all there is.
    if (this.#engine.damaged.has("coord")) {
      if (event === "job.finished") this.#hearsay ??= { state: "finished" };
      else if (event === "job.failed" || role === "coord")
        this.#hearsay ??= { state: "failed", cause: String(detail?.["cause"]) };
    }
    if (this.#outcome().state !== "running") this.#over();
  }

  #jobMayBeDrained(): void {
    if (this.#jobEndedUs !== undefined || this.#violated || !this.#watch.drained()) return;
    this.#drained = true;
    this.#over();
  }

  #over(): void {
    this.#jobEndedUs = this.world.kernel.nowUs;
    this.#calm();
    this.#stopAtRest();
  }

  /**
   * What is left to tidy up (subsumed checkpoints, transactions) gets the time of two calls, and a finished job is cleaned
   * up after: its leader may be dead, and the next one does it.
   */
  #stopAtRest(): void {
    const { kernel } = this.world;
    kernel.at(kernel.nowUs + 2 * this.#played.knobs.rpcTimeoutMs * 1000, kernel.owner("calm"), () => {
      if (this.#isCleanedUpAfter()) kernel.stop();
      else this.#stopAtRest();
    });
  }

  /** Of a failed job nothing is removed; and where the service forgets that it has finished, nobody knows it. */
  #isCleanedUpAfter(): boolean {
    if (this.#cleaner?.alive === true && !this.#cleaner.paused) return true;
    return this.#outcome().state !== "finished" || this.#engine.damaged.has("coord");
  }

  /** Whether the service is gone, and nothing is left that could stand in for it. */
  #isUsedUp(service: string): boolean {
    const { supervisor, layout } = this.world;
    if (!supervisor.abandoned.has(service)) return false;
    if (!layout.storage.includes(service)) return true;
    const gone = layout.storage.filter(role => supervisor.abandoned.has(role));
    const lost = layout.storage.filter(role => gone.includes(role) || this.#engine.damaged.has(role));
    const { replicas } = this.#played.topology;
    return lost.length >= replicas || layout.storage.length - gone.length < replicas;
  }

  /** Faults stop; what the job needs is healed, and the seed leaves some of the rest dead. */
  #calm(): void {
    const { site, layout, supervisor, graph } = this.world;
    const { topology, seed } = this.#played;
    this.#triggers.close();
    const needs = {
      slots: Math.max(...graph.vertices.map(vertex => vertex.parallelism)),
      slotsPerWorker: topology.slotsPerWorker,
      replicas: topology.replicas,
    };
    const draws = new RandomStream(seed, "world/calm");
    const beyondHelp = { abandoned: supervisor.abandoned, damaged: this.#engine.damaged };
    for (const role of leftDead(site, layout, beyondHelp, needs, draws)) supervisor.abandon(role);
    this.#engine.cureAll();
  }

  /** What became of the job. Without the memory of the coordination service there is no job any more. */
  #outcome(): JobOutcome {
    const bytes = this.world.diskOf("coord").durable.read(coordinationLogPath(roleFolder("coord")));
    const record = bytes === undefined ? undefined : this.#jobRecord(bytes);
    if (record !== undefined && record.state !== "running") return record;
    if (this.#hearsay !== undefined) return this.#hearsay;
    const loss = bytes === undefined ? undefined : coordinationLoss(bytes);
    return loss === undefined ? { state: "running" } : { state: "failed", cause: `coord has lost its data: ${loss}` };
  }

  #jobRecord(bytes: Uint8Array): JobRecord | undefined {
    const key = jobKey(this.world.graph.job);
    let record: JobRecord | undefined;
    for (const change of readCoordinationLog(bytes)) {
      if (change.kind === "set" && change.key === key) record = change.value as JobRecord;
    }
    return record;
  }

  #report(end: KernelEnd): WorldEnd {
    const { kernel, site } = this.world;
    const { state, cause } = this.#outcome();
    const job = state === "running" && this.#drained ? "drained" : state;
    const verdict = this.#verdict(end, job);
    kernel.journal.digest.foldText(`${verdict} ${job}`);
    if (verdict !== "broken") this.#watch.end({ atUs: kernel.nowUs, job });
    return {
      end: verdict,
      reason: end.kind === "broken" ? brokenBy(end) : end.kind === "exhausted" ? `out of ${end.budget}` : cause,
      blame: verdict === "stuck" ? this.#blame() : undefined,
      digest: kernel.journal.digest.hex,
      events: kernel.events,
      atUs: kernel.nowUs,
      simulatedMs: Math.floor(kernel.nowUs / 1000),
      activeSimulatedMs: Math.floor((this.#jobEndedUs ?? kernel.nowUs) / 1000),
      job,
      faults: this.#engine.ledger({
        window: this.#log.window(kernel.nowUs),
        inUse: (role, effect) => this.#log.inUse(role, effect),
      }),
      recoveries: this.#log.recoveries,
      cells: this.#log.cells,
      entries: site.kernel.journal.entries,
      journal: kernel.journal,
    };
  }

  #verdict(end: KernelEnd, job: WorldEnd["job"]): WorldEnd["end"] {
    if (end.kind === "broken" || end.kind === "exhausted") return end.kind;
    if (this.#violated) return "violated";
    if (job === "drained") return "checkpointed";
    return job === "running" ? "stuck" : job;
  }

  #blame(): string {
    const missing = this.#isEndless ? NOT_DRAINED : "not ended";
    const why = this.#late ? `${missing} ${this.#bound.sentence}` : "nothing is left to happen";
    return [why, ...sayWhoWaits(this.world.site, role => this.#log.lastWords(role))].join("\n");
  }
}

function isEndless(operator: Operator): boolean {
  return operator.kind === "source" && operator.source.boundedness === "unbounded";
}

/** Of a job without an end. */
const NOT_DRAINED =
  "no checkpoint with all of the input (which is known of log sources alone) was completed and committed";

/** What may mean that there is nothing more to wait for. */
const endings: ReadonlySet<string> = new Set([
  "job.finished",
  "job.failed",
  "service.data-lost",
  "service.unreachable",
]);

type JobOutcome = Pick<JobRecord, "state" | "cause">;

/** With the place where it gave way, where an error says it. */
function brokenBy({ reason, error }: KernelEnd & { readonly kind: "broken" }): string {
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").filter(line => /^ +at /.test(line)) : [];
  return [reason, ...stack].join("\n");
}

/** How long a job may take after the storm, from its own time-outs. */
export interface CalmBound {
  readonly totalMs: number;
  /** The arithmetic, for a reader. */
  readonly sentence: string;
}

export function calmBound(knobs: Knobs, records: number, vertices: number): CalmBound {
  // Lost contact is noticed by session, heartbeat or call; then the job restarts, reads again at most all of its input,
  // and ends with a last checkpoint. Each may happen twice: the first restart may meet a worker that is about to go.
  const notice = knobs.sessionTtlMs + knobs.heartbeatTimeoutMs + knobs.rpcTimeoutMs * 4;
  const again = Math.ceil((records * Math.max(1, vertices) * Math.max(100, knobs.recordCostUs)) / 1000);
  const last = knobs.checkpointTimeoutMs + knobs.checkpointIntervalMs + knobs.minPauseMs;
  const totalMs = 2 * (notice + knobs.restartDelayMs + again + last) + SLACK_MS;
  const sentence =
    `within ${totalMs} ms of calm = 2 × (notice ${notice} + restart ${knobs.restartDelayMs} + input again ${again} + ` +
    `last checkpoint ${last}) + ${SLACK_MS}`;
  return { totalMs, sentence };
}

/** Connections that a cut killed on one side only are given up after the network's own time-outs. */
const SLACK_MS = 30_000;
const EVENTS_MAX = 5_000_000;

function kindOf(role: string): string {
  return role.replace(/\d+$/, "");
}
