import { expect, test } from "vitest";
import { playRandomJobs } from "./random-jobs.ts";

test("jobs of any shape hold in calm and under storms, and their output is judged", async () => {
  const { cases, judged, inPart, withState } = await playRandomJobs(30, 1);
  expect(cases).toBe(90);
  expect(judged).toBeGreaterThan(cases * 0.9);
  expect(inPart).toBeLessThan(cases * 0.1);
  expect(withState).toBeGreaterThan(20);
  // A job that does not hold is shrunk, which takes minutes.
}, 600_000);
