import { playRandomJobs } from "../jobs/random-jobs.ts";
import { hold, NotHeld, type Proof } from "./proof.ts";

export const randomJobs: Proof = {
  id: "random-jobs",
  issue: 2,
  what: "400 jobs of random shapes hold in calm and under storms of every kind, and nearly all output is judged.",
  secondsAbout: 150,
  run: async () => {
    const totals = await playRandomJobs(400, 2).catch((error: unknown) => {
      const { cause } = error as Error;
      throw new NotHeld(cause === undefined ? String(error) : `${String(error)}\n${String(cause)}`);
    });
    const { cases, judged, inPart, withState } = totals;
    return hold(
      {
        "SK-1 has judged 95 of 100 cases": judged >= cases * 0.95,
        "it has left something undecided in 10 of 100 at most": inPart <= cases * 0.1,
        "a quarter has restored state in mid-input": withState >= cases / 4,
      },
      { ...totals },
    );
  },
};
