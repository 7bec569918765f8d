import type { EventPattern, Fault, FaultKind, Trigger } from "../world/fault.ts";
import { Misuse } from "./misuse.ts";

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
  cut(target: string, options?: Lasting): Fault;
  reset(link: string): Fault;
  diskError(role: string, options?: { readonly operation?: DiskOperation; readonly times?: number }): Fault;
  syncFails(role: string, options?: { readonly times?: number }): Fault;
  diskSlow(role: string, options: Lasting & { readonly byMs: number }): Fault;
  failTask(subtask: string, options?: { readonly site?: TaskSite }): Fault;
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
    diskError: (role, options = {}) =>
      fault("disk.error", role, {
        params: { operation: options.operation ?? "write", times: whole("times", options.times ?? 1, 1) },
      }),
    syncFails: (role, options = {}) =>
      fault("disk.sync-fails", role, { params: { times: whole("times", options.times ?? 1, 1) } }),
    diskSlow: (role, options) =>
      fault("disk.slow", role, { ...lasting(options), params: { addUs: microseconds("byMs", options.byMs) } }),
    failTask: (subtask, options = {}) => fault("task.fail", subtask, { params: { site: options.site ?? "record" } }),
  };
}

function microseconds(name: string, ms: number): number {
  const us = Math.round(ms * 1000);
  if (!(us >= 0) || Math.abs(us - ms * 1000) > 1e-6)
    throw new Misuse(`${name}: ${ms} is not a time. Milliseconds from 0, with at most three decimals, are wanted.`);
  return us;
}

function whole(name: string, value: number, min: number): number {
  if (!Number.isInteger(value) || value < min) throw new Misuse(`${name}: ${value} is not a whole number from ${min}.`);
  return value;
}
