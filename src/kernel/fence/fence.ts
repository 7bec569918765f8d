import { syncBuiltinESMExports } from "node:module";
import { fenceClocks } from "./fenced-clocks.ts";
import { fenceDate } from "./fenced-date.ts";
import { fenceRandom } from "./fenced-random.ts";
import { fenceTimers } from "./fenced-timers.ts";
import { patch } from "./patch.ts";
import { fenceOutside } from "./refused.ts";
import { offStage, stage } from "./stage.ts";

/**
 * The fence between simulated processes and the real world. It is installed once per thread, before any job's module is
 * loaded, so that a captured `const now = Date.now` or `import { readFileSync } from "node:fs"` is fenced too. It acts only
 * while a process has its turn: virtual where that makes sense, else an error that names the call and the remedy.
 *
 * Not caught: what was captured before the fence stood, unless it sets real work going (real-work.ts); `process.env`.
 */
export function installFence(): void {
  if (shared[key] === true) return;
  shared[key] = true;
  // Node makes its output streams on first use, and they keep the file functions that they find then.
  void process.stdout;
  void process.stderr;
  fenceDate();
  fenceClocks();
  fenceRandom();
  fenceTimers();
  fenceOutside();
  openConsole();
  syncBuiltinESMExports();
}

/** Printing is for people and decides nothing, so it stays real, whatever the console needs for it. */
function openConsole(): void {
  for (const name of Object.keys(console)) {
    patch<unknown>(console, name, native => {
      if (typeof native !== "function") return native;
      const print = (...args: unknown[]): unknown => {
        const run = (): unknown => Reflect.apply(native, console, args);
        return stage.process === undefined ? run() : offStage(run);
      };
      return Object.defineProperty(print, "name", { value: name, configurable: true });
    });
  }
}

const key = Symbol.for("millrace.fence");
const shared = globalThis as { [key]?: boolean };
