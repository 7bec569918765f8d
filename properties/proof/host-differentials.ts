import { compareDisks } from "../../src/sim/test/disk-differential.ts";
import { compareNetworks } from "../../src/sim/test/net-differential.ts";
import { hold, NotHeld, type Proof } from "./proof.ts";

/** Without faults a program cannot tell the simulated machine from this one: the properties of the suite, at length. */
export const hostDifferentials: readonly Proof[] = [
  {
    id: "differential/disk",
    issue: 4,
    what: "10,000 random sequences of calls end on the simulated disk as on Linux, results and errors alike.",
    secondsAbout: 150,
    run: async () => {
      const figures = { ...(await untilTheyDiffer(compareDisks(10_000))) };
      return hold(
        {
          "the median sequence has 30 calls": figures.medianCalls >= 30,
          "two descriptors are open": figures.medianDescriptors >= 2,
          "a tenth of the steps fails": figures.errorPerMille >= 100,
          "calls overlap": figures.overlaps > 10_000,
        },
        figures,
      );
    },
  },
  {
    id: "differential/network",
    issue: 4,
    what: "3,000 random programs see on the simulated network what they see on TCP over the loopback, but for time.",
    secondsAbout: 240,
    run: async () => {
      const figures = { ...(await untilTheyDiffer(compareNetworks(3_000))) };
      const { refusals, resets, halfCloses, floods } = figures;
      return hold(
        { "each thing happens 300 times": [refusals, resets, halfCloses, floods].every(count => count >= 300) },
        figures,
      );
    },
  },
];

async function untilTheyDiffer<T>(compared: Promise<T>): Promise<T> {
  try {
    return await compared;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
    throw new NotHeld(`${error instanceof Error ? error.message : String(error)}\n${cause}`);
  }
}
