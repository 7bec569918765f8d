import { millrace } from "../../src/cli/testing/built-command.ts";
import { documentOf } from "./explore-document.ts";
import { hold, type Proof } from "./proof.ts";

/** The figures of `millrace bench` beside the targets that the issues set. */
export const benchTargets: Proof = {
  id: "bench",
  issue: 2,
  what: "The kernel costs at most 4 bare loops; 500,000 messages, 200 small and 30 standard cases a second.",
  secondsAbout: 120,
  timed: true,
  async run({ path }) {
    const { benches } = documentOf<BenchDocument>(await millrace(["bench", "--json"], path));
    const found = (name: string) => benches.find(bench => bench.name === name);
    const rings = benches.filter(({ name }) => /^ring-\d+$/.test(name));
    const figures = Object.fromEntries(
      benches.map(({ name, value, unit, ratio }) => [name, { value, unit, ...(ratio === undefined ? {} : { ratio }) }]),
    );
    return hold(
      {
        "kernel ≤ 4 × the bare loop": (found("kernel")?.ratio ?? Infinity) <= 4,
        "ring ≥ 500,000 messages/s": rings.length > 0 && rings.every(({ value }) => value >= 500_000),
        "small-case ≥ 200/s": (found("small-case")?.value ?? 0) >= 200,
        "standard-case ≥ 30/s": (found("standard-case")?.value ?? 0) >= 30,
      },
      figures,
    );
  },
};

/** What the failing machine costs. */
export const faultCost: Proof = {
  id: "fault-cost",
  issue: 4,
  what: "A storm with all families costs at most 1.5 times the same case without faults, the disk 3 times memfs alone.",
  secondsAbout: 60,
  timed: true,
  async run({ path }) {
    const { benches } = documentOf<BenchDocument>(await millrace(["bench", "storm-all", "disk", "--json"], path));
    const ratioOf = (name: string): number => benches.find(bench => bench.name === name)?.ratio ?? Infinity;
    const figures = { storm: ratioOf("storm-all"), stormPerEvent: ratioOf("storm-all-events"), disk: ratioOf("disk") };
    return hold({ "storm ≤ 1.5 × calm": figures.storm <= 1.5, "disk ≤ 3 × memfs": figures.disk <= 3 }, figures);
  },
};

interface BenchDocument {
  readonly benches: readonly {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly ratio?: number;
  }[];
}
