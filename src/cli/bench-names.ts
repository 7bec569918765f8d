import { overBaseline, readBaseline, type ComparedBench } from "../bench/baseline.ts";
import { listBenches, runBenches } from "../bench/bench.ts";
import { Misuse } from "../explore/misuse.ts";
import { playingFlags, runProgram } from "../explore/own-process.ts";
import { suggestion } from "../explore/nearest-name.ts";
import { writeResult } from "./results.ts";

/** `millrace bench`: measures and prints; the exit code. A figure that has become worse is told, and is no failure. */
export async function benchNames(names: readonly string[], flags: BenchFlags): Promise<number> {
  const known = listBenches();
  if (flags.list === true) {
    writeResult(known.map(({ name, work }) => `${name.padEnd(12)} ${work}\n`).join(""));
    return 0;
  }
  for (const name of names) {
    const all = known.map(bench => bench.name);
    if (!all.includes(name)) throw new Misuse(`There is no bench "${name}". ${suggestion(name, all)}`);
  }
  // Cases are measured as campaigns play them.
  if (!playingFlags.every(flag => process.execArgv.includes(flag))) {
    const [, script, ...args] = process.argv;
    return runProgram(script!, args, { nodeFlags: playingFlags });
  }
  const before = flags.baseline === undefined ? undefined : readBaseline(flags.baseline);
  const { benches } = await runBenches(names.length === 0 ? undefined : names);
  const compared = benches.map(bench => ({ ...bench, ...overBaseline(bench, before) }));
  if (flags.json === true) {
    writeResult(`${JSON.stringify({ benches: compared }, undefined, 2)}\n`);
    return 0;
  }
  for (const bench of compared) writeResult(sayBench(bench));
  return 0;
}

/** What its flags say. */
export interface BenchFlags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly baseline?: string;
}

function sayBench({ name, value, unit, ratio, against, note, overBaseline: over }: ComparedBench): string {
  const figure = note ?? `${value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)} ${unit}`;
  const peer = ratio === undefined ? "" : `  (${ratio.toPrecision(3)} × ${against ?? ""})`;
  const earlier = over === undefined ? "" : `  ${over.toPrecision(3)} × the baseline`;
  return `${name.padEnd(20)} ${figure}${peer}${earlier}\n`;
}
