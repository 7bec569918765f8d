import { dataset, scenario } from "millrace";
import { strongestQuake } from "./jobs/strongest-quake.ts";

export const quakesUnderStorm = scenario("quakes-under-storm", {
  why: "General processing on a real feed with more than one partition: order within a partition is kept over every recovery.",
  job: strongestQuake,
  cluster: { partitions: 3 },
  input: { quakes: dataset("earthquakes", { to: 300 }) },
});
