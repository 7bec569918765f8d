import type { DrainKind } from "../drain.ts";
import { Kernel } from "../kernel.ts";

/**
 * Every way in which a process can let an error go, and a world that plays one beside an innocent neighbour. A file of
 * its own, so that the same misbehaviour runs under a test runner and in a bare thread.
 */
export interface Misbehaviour {
  readonly name: string;
  readonly crashes: boolean;
  readonly turn: () => void;
}

export const misbehaviours: readonly Misbehaviour[] = [
  { name: "a throw", crashes: true, turn: fail },
  { name: "a throw in nextTick", crashes: true, turn: () => process.nextTick(fail) },
  { name: "a throw in queueMicrotask", crashes: true, turn: () => queueMicrotask(fail) },
  { name: "a rejection", crashes: true, turn: () => void Promise.reject(failure()) },
  {
    name: "a rejection deep in an async function",
    crashes: true,
    turn: () => void Promise.resolve().then(async () => (await Promise.resolve(), fail())),
  },
  {
    name: "three throws in nextTick with jobs between them",
    crashes: true,
    turn: () => {
      for (let i = 0; i < 3; i++) process.nextTick(fail);
      void Promise.resolve().then(fail);
    },
  },
  {
    name: "a rejection that is handled later in the same turn",
    crashes: false,
    turn: () => {
      const rejected = Promise.reject(failure());
      process.nextTick(() => void Promise.resolve().then(() => rejected.catch(() => {})));
    },
  },
];

export interface Played {
  readonly end: string;
  readonly crashed: readonly string[];
  readonly turnsOfOther: number;
  /** Errors that reached the listeners of the real process. */
  readonly leaked: number;
}

export async function playMisbehaviour(name: string, drain: DrainKind): Promise<Played> {
  const { turn } = misbehaviours.find(misbehaviour => misbehaviour.name === name)!;
  let leaked = 0;
  const leak = (): void => void leaked++;
  process.on("unhandledRejection", leak).on("uncaughtExceptionMonitor", leak);
  const kernel = new Kernel({ seed: "misbehaviour", drain });
  const net = kernel.owner("net");
  const bad = kernel.incarnation("bad", 0);
  const other = kernel.incarnation("other", 0);
  const crashed: string[] = [];
  let turnsOfOther = 0;
  kernel.onCrash = (incarnation, error) => crashed.push(`${incarnation.role}: ${(error as Error).message}`);
  kernel.at(1, net, () => {
    other.turn(() => void turnsOfOther++);
    bad.turn(turn);
    bad.turn(() => void 0);
    other.turn(() => void turnsOfOther++);
  });
  const end = await kernel.run();
  await new Promise(resolve => setImmediate(resolve));
  process.off("unhandledRejection", leak).off("uncaughtExceptionMonitor", leak);
  return { end: end.kind, crashed, turnsOfOther, leaked };
}

function failure(): Error {
  return new Error("on purpose");
}

function fail(): never {
  throw failure();
}
