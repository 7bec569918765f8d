import { millrace } from "../../src/cli/testing/built-command.ts";
import { documentOf } from "./explore-document.ts";
import { hold, type Proof } from "./proof.ts";

/** The figures of `millrace bench shrink`; its time is processor time. */
export const shrinking: Proof = {
  id: "shrinking",
  issue: 3,
  what: "A bug of two faults among 40 is 1-minimal after at most 60 cases and 5 s, in the median of 20 starts.",
  secondsAbout: 90,
  async run({ path }) {
    const { benches } = documentOf<{ readonly benches: readonly { readonly name: string; readonly value: number }[] }>(
      await millrace(["bench", "shrink", "--json"], path),
    );
    const figures = Object.fromEntries(benches.map(({ name, value }) => [name, Math.round(value)]));
    const most = (name: string, max: number) => (figures[name] ?? Infinity) <= max;
    return hold(
      {
        "at most 60 cases": most("shrink", 60),
        "at most 5 s": most("shrink-time", 5_000),
        "at most 3 faults are left, from each start": most("shrink-faults", 3),
      },
      figures,
    );
  },
};
