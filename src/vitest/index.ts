export { replayed } from "./replayed.ts";
export { simulate, type Simulate, type SimulateOptions } from "./simulate.ts";
