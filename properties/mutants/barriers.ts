import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** Barriers, alignment and the way of buffers through a task's input. */
export const barrierMutants: readonly Mutant[] = [
  {
    name: "ba.process-behind-barrier",
    file: "dist/src/runtime/task/barrier-aligner.js",
    find: "return this.#arrived.has(channel);",
    replace: "return false;",
    why: "An input is not blocked after its barrier (the definition of ABS): records from behind the barrier get into the snapshot, and are read again after a restore.",
    claims: ["ST-7", "SO-4", "SK-1"],
  },
  {
    name: "net.released-channel-stays-queued",
    file: "dist/src/runtime/task/input-gate.js",
    find: `const buffer = queue.buffers.shift();
            this.#enlist(channel, queue);`,
    replace: "const buffer = queue.buffers.shift();",
    why: "FLINK-22368: a channel that still holds buffers is not put back in line, so that what is queued last, the end of the partition too, never arrives.",
    claims: ["FO-5"],
  },
];
