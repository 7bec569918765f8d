import type { EventPattern, Fault, FaultKind, Trigger } from "../world/fault.ts";
import { diskMoment, type DiskMoment } from "./disk-plan.ts";
import { Misuse } from "./misuse.ts";
import { microseconds, whole } from "./plan-number.ts";
import { storeMoment, type StoreMoment } from "./store-plan.ts";

/**
 * How an author writes a plan: `on.checkpoint(3).aligned("sink[0]").kill("tm0", { forMs: 500 })`. It owns the words of
 * the TypeScript form, in milliseconds; what they make is plain data (world/fault.ts), in microseconds.
 */
export interface PlanWriter {
  /** Moments in the life of one checkpoint. */
  checkpoint(id: number): CheckpointMoments;
  /** The first time the event happens; `.nth(n)` for a later one. */
  event(event: string, pattern?: Omit<EventPattern, "event">): Moment;
  /** A subtask has its state back after a failure. */
  restored(subtask: string): Moment;
  running(subtask: string): Moment;
  /** The first record is read. */
  firstRecord(): Moment;
  /** A job manager becomes the leader. */
  elected(role?: string): Moment;
  atMs(ms: number): Moment;
  /** Just before the nth port call of a role's life (0 is its first). */
  step(role: string, n: number, life?: number): Moment;
}

export interface CheckpointMoments {
  triggered(): Moment;
  /** The first barrier arrives at the subtask. */
  arrived(subtask?: string): Moment;
  /** The subtask has the barrier of every input. */
  aligned(subtask?: string): Moment;
  snapshotTaken(subtask?: string): Moment;
  uploaded(subtask?: string): Moment;
  preCommitted(subtask?: string): Moment;
  acknowledged(subtask?: string): Moment;
  metadataWritten(): Moment;
  completed(): Moment;
  notified(subtask?: string): Moment;
  committed(subtask?: string): Moment;
}

/** An instant of the run, and what goes wrong then. */
export interface Moment {
  nth(n: number): Moment;
  plus(delay: { readonly ms: number }): Moment;
  kill(role: string, options?: Lasting): Fault;
  pause(role: string, options?: Lasting): Fault;
  powerLoss(role: string, options?: Lasting): Fault;
  /** Every machine at the same instant. */
  sitePowerLoss(options?: Lasting): Fault;
  /** `link` is an ordered pair, `jm0>tm1`. */
  delay(link: string, options: Lasting & { readonly byMs: number }): Fault;
  hold(link: string, options?: Lasting): Fault;
  /** One direction of a pair, or all that a role's machine sends and receives. */
  /** `target` is a role, a direction `jm0>tm1`, or what lies between two groups, `jm0,tm0<>tm1`. */
  cut(target: string, options?: Lasting): Fault;
  reset(link: string): Fault;
  /** Everything else that befalls a disk. */
  disk(role: string): DiskMoment;
  /** What a storage node that is up does to its users. */
  store(role: string): StoreMoment;
  diskError(role: string, options?: { readonly operation?: DiskOperation; readonly times?: number }): Fault;
  syncFails(role: string, options?: { readonly times?: number }): Fault;
  diskSlow(role: string, options: Lasting & { readonly byMs: number }): Fault;
  failTask(subtask: string, options?: { readonly site?: TaskSite }): Fault;
  /** A sink that does not let go when it is cancelled. */
  stickCancel(subtask: string, options?: Lasting): Fault;
  slowSnapshot(subtask: string, options: { readonly byMs: number }): Fault;
  /** All work of the process takes `factor` times as long. */
  slowDown(role: string, options: Lasting & { readonly factor: number }): Fault;
  /** Dead, and alive again a moment later. */
  restart(role: string, options?: { readonly afterMs?: number }): Fault;
  /** Dead again in the midst of each recovery. */
  killLoop(
    role: string,
    options?: Lasting & { readonly times?: number; readonly downMs?: number; readonly upMs?: number },
  ): Fault;
  /** Every role, one after the other. */
  rollingRestart(options?: Lasting & { readonly downMs?: number; readonly everyMs?: number }): Fault;
  removeMachine(role: string): Fault;
  addMachine(): Fault;
  clockJump(role: string, options: Lasting & { readonly byMs: number }): Fault;
  clockDrift(role: string, options: Lasting & { readonly ppm: number }): Fault;
  clockFreeze(role: string, options?: Lasting): Fault;
  /** Until the calm. */
  slowLink(target: string, options: { readonly byMs: number }): Fault;
  swizzle(role: string, options?: Lasting & { readonly everyMs?: number }): Fault;
  flap(target: string, options?: Lasting & { readonly everyMs?: number }): Fault;
  corrupt(target: string, options?: Lasting & { readonly segments?: number }): Fault;
  /** All but the newest `keep` records of each input partition are gone. */
  dropOldRecords(options?: { readonly keep?: number }): Fault;
  /** The newest `drop` records of each input partition are gone. */
  truncateLog(options?: { readonly drop?: number; readonly refill?: number }): Fault;
  expireTransactions(): Fault;
  expireSessions(): Fault;
  /**
   * `target` is a role, or the caller and the called: `tm0>jm0`. The next messages of that kind are met; with a service of
   * your own as target, of any kind that it answers, or of all of them: `*`.
   */
  loseRequest(method: string, target: string, options?: Lasting & { readonly times?: number }): Fault;
  loseReply(method: string, target: string, options?: Lasting & { readonly times?: number }): Fault;
  delayRequest(method: string, target: string, options: LateMessage): Fault;
  delayReply(method: string, target: string, options: LateMessage): Fault;
}

export interface LateMessage extends Lasting {
  readonly byMs: number;
  readonly times?: number;
}

export interface Lasting {
  /** Default: 500. */
  readonly forMs?: number;
}

export type DiskOperation = "open" | "read" | "write" | "sync" | "rename" | "sync-directory";

export const diskOperations: readonly DiskOperation[] = ["open", "read", "write", "sync", "rename", "sync-directory"];

/**
 * Where in a living task the author's code throws; `snapshot`, `notify` and `restore` exist in sources and sinks only,
 * `snapshot-async` (work is prepared, and nobody was told) in sinks.
 */
export type TaskSite = "open" | "restore" | "record" | "snapshot" | "snapshot-async" | "notify" | "timer" | "close";

const defaultForMs = 500;

export const planOn: PlanWriter = {
  checkpoint(id) {
    whole("checkpoint", id, 1);
    const on = (event: string, subtask?: string) =>
      moment({ on: { event, checkpoint: id, ...(subtask === undefined ? {} : { subtask }) } });
    return {
      triggered: () => on("checkpoint.trigger"),
      arrived: subtask => on("barrier.arrive", subtask),
      aligned: subtask => on("barrier.align", subtask),
      snapshotTaken: subtask => on("snapshot.sync", subtask),
      uploaded: subtask => on("snapshot.upload", subtask),
      preCommitted: subtask => on("sink.precommit", subtask),
      acknowledged: subtask => on("checkpoint.ack", subtask),
      metadataWritten: () => on("metadata.write"),
      completed: () => on("checkpoint.complete"),
      notified: subtask => on("commit.notify", subtask),
      committed: subtask => on("sink.commit", subtask),
    };
  },
  event: (event, pattern) => moment({ on: { event, ...pattern } }),
  restored: subtask => moment({ on: { event: "task.restore", subtask } }),
  running: subtask => moment({ on: { event: "task.running", subtask } }),
  firstRecord: () => moment({ on: { event: "source.first-record" } }),
  elected: role => moment({ on: { event: "leader.elect", ...(role === undefined ? {} : { role }) } }),
  atMs: ms => moment({ atUs: microseconds("atMs", ms) }),
  step: (role, n, life) =>
    moment({ step: whole("step", n, 1), ...(life === undefined ? {} : { life: whole("life", life, 0) }) }, role),
};

/** `stepped` is the role whose port calls count: a fault at such a moment is a fault of that role. */
function moment(when: Trigger, stepped?: string): Moment {
  const fault = (kind: FaultKind, target: string, more: Omit<Fault, "kind" | "target" | "when"> = {}): Fault => {
    if (stepped !== undefined && stepped !== target) {
      throw new Misuse(
        `on.step("${stepped}", …) is a moment of ${stepped}: its fault cannot have the target "${target}".`,
      );
    }
    return { kind, target, when, ...more };
  };
  const lasting = (options: Lasting = {}) => ({ forUs: microseconds("forMs", options.forMs ?? defaultForMs) });
  const late = (part: "request" | "reply", method: string, target: string, options: LateMessage): Fault =>
    fault("rpc.delay", target, {
      ...lasting(options),
      params: { method, part, byUs: microseconds("byMs", options.byMs), times: options.times ?? 1 },
    });
  return {
    nth(n) {
      if (!("on" in when)) throw new Misuse("nth(n) counts an event; an instant happens once.");
      return moment({ ...when, nth: whole("nth", n, 1) });
    },
    plus({ ms }) {
      if (!("on" in when)) throw new Misuse("plus({ ms }) follows an event; give the instant itself instead.");
      return moment({ ...when, plusUs: microseconds("plus", ms) });
    },
    kill: (role, options) => fault("proc.kill", role, lasting(options)),
    pause: (role, options) => fault("proc.pause", role, lasting(options)),
    powerLoss: (role, options) => fault("machine.power-loss", role, lasting(options)),
    sitePowerLoss: options => fault("site.power-loss", "site", lasting(options)),
    delay: (link, options) =>
      fault("net.delay", link, { ...lasting(options), params: { addUs: microseconds("byMs", options.byMs) } }),
    hold: (link, options) => fault("net.hold", link, lasting(options)),
    cut: (target, options) => fault("net.cut", target, lasting(options)),
    reset: link => fault("net.reset", link),
    disk: role => diskMoment((kind, more) => fault(kind, role, more)),
    store: role => storeMoment((kind, more) => fault(kind, role, more)),
    diskError: (role, options = {}) =>
      fault("disk.error", role, {
        params: { operation: options.operation ?? "write", times: whole("times", options.times ?? 1, 1) },
      }),
    syncFails: (role, options = {}) =>
      fault("disk.sync-fails", role, { params: { times: whole("times", options.times ?? 1, 1) } }),
    diskSlow: (role, options) =>
      fault("disk.slow", role, { ...lasting(options), params: { addUs: microseconds("byMs", options.byMs) } }),
    failTask: (subtask, options = {}) => fault("task.fail", subtask, { params: { site: options.site ?? "record" } }),
    stickCancel: (subtask, options) => fault("task.stuck-cancel", subtask, lasting(options)),
    slowSnapshot: (subtask, { byMs }) =>
      fault("snapshot.slow", subtask, { params: { addUs: microseconds("byMs", byMs) } }),
    slowDown: (role, options) =>
      fault("proc.slow", role, { ...lasting(options), params: { factor: whole("factor", options.factor, 2) } }),
    restart: (role, options) => fault("proc.restart", role, given({ afterUs: options?.afterMs })),
    killLoop: (role, options) =>
      fault("proc.kill-loop", role, {
        ...lasting({ forMs: options?.forMs ?? 5_000 }),
        ...given({ downUs: options?.downMs, upUs: options?.upMs }, { times: options?.times }),
      }),
    rollingRestart: options =>
      fault("rolling.restart", "site", {
        ...lasting({ forMs: options?.forMs ?? 10_000 }),
        ...given({ downUs: options?.downMs, everyUs: options?.everyMs }),
      }),
    removeMachine: role => fault("machine.remove", role),
    addMachine: () => fault("machine.add", "site"),
    clockJump: (role, options) => fault("clock.jump", role, { ...lasting(options), params: { byMs: options.byMs } }),
    clockDrift: (role, options) => fault("clock.drift", role, { ...lasting(options), params: { ppm: options.ppm } }),
    clockFreeze: (role, options) => fault("clock.freeze", role, lasting(options)),
    slowLink: (target, { byMs }) => fault("net.slow", target, { params: { addUs: microseconds("byMs", byMs) } }),
    swizzle: (role, options) =>
      fault("net.swizzle", role, { ...lasting(options), ...given({ everyUs: options?.everyMs }) }),
    flap: (target, options) =>
      fault("net.flap", target, { ...lasting(options), ...given({ everyUs: options?.everyMs }) }),
    corrupt: (target, options) =>
      fault("net.corrupt", target, { ...lasting(options), ...given({}, { segments: options?.segments }) }),
    dropOldRecords: (options = {}) => fault("broker.retention", "broker", { params: { keep: options.keep ?? 0 } }),
    truncateLog: (options = {}) =>
      fault("broker.truncate", "broker", {
        params: { drop: options.drop ?? 10, ...(options.refill === undefined ? {} : { refill: options.refill }) },
      }),
    expireTransactions: () => fault("broker.expire-transactions", "broker"),
    expireSessions: () => fault("coord.expire-sessions", "coord"),
    loseRequest: (method, target, options = {}) =>
      fault("rpc.lose-request", target, { ...lasting(options), params: { method, times: options.times ?? 1 } }),
    loseReply: (method, target, options = {}) =>
      fault("rpc.lose-reply", target, { ...lasting(options), params: { method, times: options.times ?? 1 } }),
    delayRequest: (method, target, options) => late("request", method, target, options),
    delayReply: (method, target, options) => late("reply", method, target, options),
  };
}

/** Parameters that were given, times turned into microseconds; none, when none was. */
function given(
  times: Readonly<Record<string, number | undefined>>,
  numbers: Readonly<Record<string, number | undefined>> = {},
): { readonly params?: Readonly<Record<string, number>> } {
  const params: Record<string, number> = {};
  for (const [name, ms] of Object.entries(times)) if (ms !== undefined) params[name] = microseconds(name, ms);
  for (const [name, number] of Object.entries(numbers)) if (number !== undefined) params[name] = whole(name, number, 1);
  return Object.keys(params).length === 0 ? {} : { params };
}
