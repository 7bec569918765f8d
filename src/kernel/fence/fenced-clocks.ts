import { alike, patch, patchGetter } from "./patch.ts";
import { stage } from "./stage.ts";

/** `performance.now`, `process.hrtime` and `process.uptime` inside a turn: the machine's monotonic clock. */
export function fenceClocks(): void {
  const performancePrototype = Object.getPrototypeOf(performance) as typeof performance;
  patch<() => number>(performancePrototype, "now", native =>
    alike(function (this: typeof performance): number {
      return stage.process === undefined ? native.call(this) : stage.process.fence.monotonicUs() / 1000;
    }, native),
  );
  // The idiom `timeOrigin + now()` must give the wall clock.
  const timeOrigin = (native: number): number =>
    stage.process === undefined ? native : stage.process.fence.now() - stage.process.fence.monotonicUs() / 1000;
  patchGetter(performancePrototype, "timeOrigin", timeOrigin);
  patch(process, "hrtime", fencedHrtime);
  patch<() => number>(process, "uptime", native =>
    alike(
      (): number => (stage.process === undefined ? native() : stage.process.fence.monotonicUs() / 1_000_000),
      native,
    ),
  );
}

function fencedHrtime(native: NodeJS.HRTime): NodeJS.HRTime {
  const nativeBigint = native.bigint.bind(native);
  const hrtime = (since?: [number, number]): [number, number] => {
    if (stage.process === undefined) return native(since);
    const ns = stage.process.fence.monotonicUs() * 1000 - (since === undefined ? 0 : since[0] * 1e9 + since[1]);
    const seconds = Math.floor(ns / 1e9);
    return [seconds, ns - seconds * 1e9];
  };
  const bigint = (): bigint =>
    stage.process === undefined ? nativeBigint() : BigInt(stage.process.fence.monotonicUs()) * 1000n;
  return Object.assign(alike(hrtime, native), { bigint });
}
