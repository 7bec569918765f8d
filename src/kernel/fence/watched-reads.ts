import { callSite } from "./fence-error.ts";
import type { FenceProvider } from "./fence-provider.ts";
import { stage, type FencedProcess } from "./stage.ts";

/**
 * Runs an author's code outside of any process, as the reference executor does, and notes where it asks for the time or
 * for chance: what it makes of the answer cannot be compared with what a process has made of its own. Clocks stand
 * still here and every draw is the same, so that the code gives the same each time.
 *
 * It sees what the fence sees: a thread without a fence notes nothing.
 */
export function watchReads<T>(run: () => T): { readonly result: T; readonly reads: readonly string[] } {
  const reads = new Set<string>();
  const { process } = stage;
  stage.process = watched(reads);
  try {
    return { result: run(), reads: [...reads] };
  } finally {
    stage.process = process;
  }
}

function watched(reads: Set<string>): FencedProcess {
  const note = <T>(what: string, answer: T): T => {
    reads.add(`${what}${callSite(new Error().stack ?? "")}`);
    return answer;
  };
  const fence: FenceProvider = {
    now: () => note("Date", 0),
    monotonicUs: () => note("performance.now or process.hrtime", 0),
    uint32: () => note("Math.random or crypto", 0),
    timer: () => {
      note("a timer", undefined);
      return () => undefined;
    },
  };
  return { role: "the reference", alive: true, fence, touched: what => void reads.add(what) };
}
