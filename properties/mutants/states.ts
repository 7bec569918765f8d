import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** Keyed state, what a snapshot takes of it, and who restores which part. */
export const stateMutants: readonly Mutant[] = [
  {
    name: "state.keyed-by-group",
    file: "dist/src/runtime/state/keyed-state.js",
    find: "this.#mapKey = mapKey(key);",
    replace: "this.#mapKey = keyGroupOf(key, this.#maxParallelism);",
    why: "State is kept by the hash of its key: two keys that fall into one group share a value.",
    claims: ["SK-1", "ST-7"],
  },
  {
    name: "state.key-group-off-by-one",
    file: "dist/src/runtime/state/keyed-state.js",
    find: "if (group < this.#range.first || group > this.#range.last)\n                continue;",
    replace: "if (group < this.#range.first || group >= this.#range.last)\n                continue;",
    why: "The last key group of a subtask's range is left out of the restore.",
    claims: ["ST-7", "SK-1", "ST-2"],
  },
  {
    name: "state.first-key-group-left-out",
    file: "dist/src/runtime/state/keyed-state.js",
    find: "if (group < this.#range.first || group > this.#range.last)\n                continue;",
    replace: "if (group <= this.#range.first || group > this.#range.last)\n                continue;",
    why: "The first key group of a subtask's range is left out of the restore.",
    claims: ["ST-7", "SK-1", "ST-2"],
  },
  {
    name: "state.last-key-left-out",
    file: "dist/src/runtime/state/keyed-state.js",
    find: "for (let i = 0; i < entries.length; i += 2) {",
    replace: "for (let i = 0; i < Math.max(2, entries.length - 2); i += 2) {",
    why: "Of a key group with several keys the last one is not restored.",
    claims: ["ST-7", "SK-1"],
  },
  {
    name: "state.shared-serializer-in-async",
    file: "dist/src/runtime/state/state-file.js",
    find: "const file = new Uint8Array(this.#length + 4);",
    replace: "const file = (globalThis.millraceShared ??= new Uint8Array(1 << 20)).subarray(0, this.#length + 4);",
    why: "FLINK-6207: the asynchronous part of a snapshot works on a buffer that the next snapshot fills again.",
    claims: ["ST-1", "CC-8", "ST-7", "CC-2", "SK-1", "DS-1"],
  },
  {
    name: "state.no-copy-on-buffer",
    file: "dist/src/runtime/task/operator-chain.js",
    find: "emit: (value, timestampMs, origin) => next.process(copyValue(value), timestampMs, origin),",
    replace: "emit: (value, timestampMs, origin) => next.process(value, timestampMs, origin),",
    why: "FLINK-23025: a record passes from one operator to the next without a copy, and what one does to it reaches the other's state.",
    claims: ["ST-1", "ST-7", "SK-1"],
  },
  {
    name: "state.not-restored-without-input",
    file: "dist/src/runtime/cluster/execution-graph.js",
    find: "if (snapshot.parallelism === vertex.parallelism)\n        return snapshot.subtask === subtask;",
    replace:
      "if (snapshot.parallelism === vertex.parallelism)\n        return snapshot.subtask === subtask && !snapshot.finished;",
    why: "What had finished before the checkpoint begins anew after a restore.",
    claims: ["SK-1", "SO-4", "ST-7", "SO-1"],
  },
  {
    name: "state.snapshot-of-last-time",
    file: "dist/src/runtime/task/operators/reduce.js",
    find: "sum.update(after);\n            out.emit(after, timestampMs, origin);",
    replace: "out.emit(after, timestampMs, origin);\n            sum.update(after === value ? after : before);",
    why: "The state lags one update behind the output.",
    claims: ["ST-7", "SK-1"],
  },
];
