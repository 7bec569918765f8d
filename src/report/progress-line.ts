import type { Progress, TextOut } from "./reporter.ts";

/**
 * The line that moves while a campaign runs: redrawn in place on a terminal, a new line every ten seconds elsewhere, so
 * that a log of continuous integration stays short.
 */
export class ProgressLine {
  readonly #out: TextOut;
  #drawnAtMs: number;
  #drawn = false;

  constructor(out: TextOut) {
    this.#out = out;
    // A person sees at once that something goes on; a log has the campaign's first line for that.
    this.#drawnAtMs = out.isTerminal ? -Infinity : 0;
  }

  show(progress: Progress): void {
    const { elapsedMs } = progress;
    if (elapsedMs - this.#drawnAtMs < (this.#out.isTerminal ? redrawEveryMs : lineEveryMs)) return;
    this.#drawnAtMs = elapsedMs;
    this.#drawn = true;
    const line = sayProgress(progress);
    this.#out.write(this.#out.isTerminal ? `\r\u001b[2K${this.#fitting(line)}` : `${line}\n`);
  }

  /** A line that wraps cannot be redrawn in place. */
  #fitting(line: string): string {
    const { columns = Infinity } = this.#out;
    return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
  }

  /** Before anything else is written. */
  clear(): void {
    if (this.#drawn && this.#out.isTerminal) this.#out.write("\r\u001b[2K");
    this.#drawn = false;
  }
}

export function sayProgress({ runs, runsMax, failures, elapsedMs, timeMsMax }: Progress): string {
  const perSecond = elapsedMs === 0 ? 0 : (runs * 1000) / elapsedMs;
  const byRuns = runsMax === undefined || perSecond === 0 ? Infinity : ((runsMax - runs) / perSecond) * 1000;
  const byTime = timeMsMax === undefined ? Infinity : timeMsMax - elapsedMs;
  const leftMs = Math.max(0, Math.min(byRuns, byTime));
  const words = [
    `${grouped(runs)}${runsMax === undefined ? "" : ` of ${grouped(runsMax)}`} ${(runsMax ?? runs) === 1 ? "case" : "cases"}`,
    `${perSecond < 10 ? perSecond.toFixed(1) : grouped(Math.round(perSecond))}/s`,
    failures === 0 ? "no failure" : `${failures} ${failures === 1 ? "failure" : "failures"}`,
    ...(leftMs === Infinity ? [] : [`${Math.ceil(leftMs / 1000)} s left`]),
  ];
  return words.join(" · ");
}

/** 12345 → 12,345, whatever the locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

const redrawEveryMs = 100;
const lineEveryMs = 10_000;
