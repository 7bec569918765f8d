import type { FenceProvider } from "./fence-provider.ts";

/**
 * The stage names the process whose turn it is, for everything that must behave differently inside a turn. The kernel
 * sets it; the fence's wrappers read it. It is one object per thread, not per copy of this module: the wrappers are
 * installed once, and a second copy (a test runner's fresh module graph) must act through the same ones.
 */
export interface Stage {
  process: FencedProcess | undefined;
}

/** What the fence sees of a process. */
export interface FencedProcess {
  readonly role: string;
  readonly alive: boolean;
  readonly fence: FenceProvider;
  /** The process reached for the real world: the run is not to be trusted any more, whatever becomes of the error. */
  touched(what: string): void;
}

const key = Symbol.for("millrace.stage");
const shared = globalThis as { [key]?: Stage };

export const stage: Stage = (shared[key] ??= { process: undefined });

/** Runs Millrace's own code inside a turn as if no process were current: what it asks of Node, Node answers. */
export function offStage<T>(run: () => T): T {
  const { process } = stage;
  stage.process = undefined;
  try {
    return run();
  } finally {
    stage.process = process;
  }
}
