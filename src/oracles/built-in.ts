import type { Oracle } from "./oracle.ts";

/** Every claim that is judged in every run, in the order of invariants.md. */
export const builtInOracles: readonly Oracle[] = [];
