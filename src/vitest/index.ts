export { simulate, type Simulate, type SimulateOptions } from "./simulate.ts";
