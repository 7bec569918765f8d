import { listBenches, runBenches } from "../bench/bench.ts";
import { Misuse } from "../explore/misuse.ts";
import { suggestion } from "../explore/nearest-name.ts";
import { writeResult } from "./results.ts";

/** `millrace bench`: measures and prints; the exit code. */
export async function benchNames(
  names: readonly string[],
  flags: { readonly list?: boolean; readonly json?: boolean },
): Promise<number> {
  const known = listBenches();
  if (flags.list === true) {
    writeResult(known.map(({ name, work }) => `${name.padEnd(12)} ${work}\n`).join(""));
    return 0;
  }
  for (const name of names) {
    const all = known.map(bench => bench.name);
    if (!all.includes(name)) throw new Misuse(`There is no bench "${name}". ${suggestion(name, all)}`);
  }
  const { benches } = await runBenches(names.length === 0 ? undefined : names);
  if (flags.json === true) {
    writeResult(`${JSON.stringify({ benches }, undefined, 2)}\n`);
    return 0;
  }
  for (const { name, value, unit, ratio, against, note } of benches) {
    const figure = note ?? `${value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)} ${unit}`;
    writeResult(
      `${name.padEnd(20)} ${figure}${ratio === undefined ? "" : `  (${ratio.toPrecision(3)} × ${against ?? ""})`}\n`,
    );
  }
  return 0;
}
