import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** Barriers, alignment and the way of buffers through a task's input. */
export const barrierMutants: readonly Mutant[] = [
  {
    name: "ba.process-behind-barrier",
    file: "dist/src/runtime/task/barrier-aligner.js",
    find: "return this.#arrived.has(channel);",
    replace: "return false;",
    why: "An input is not blocked after its barrier (the definition of ABS): records from behind the barrier get into the snapshot, and are read again after a restore.",
    claims: ["BA-2", "ST-7", "SO-4", "SK-1"],
  },
  {
    name: "ba.end-of-channel-does-not-unblock",
    file: "dist/src/runtime/task/barrier-aligner.js",
    find: "if (!this.#arrived.has(channel) && !this.#ended.has(channel))",
    replace: "if (!this.#arrived.has(channel))",
    why: "FLINK-1775: the barrier of a channel that has ended is waited for; no checkpoint is ever aligned again.",
    claims: ["FO-5"],
  },
  {
    name: "ba.first-barrier-is-enough",
    file: "dist/src/runtime/task/barrier-aligner.js",
    find: "if (!this.#arrived.has(channel) && !this.#ended.has(channel))",
    replace: "if (!this.#arrived.has(channel) && !this.#ended.has(channel) && this.#arrived.size === 0)",
    why: "The snapshot is taken at the first barrier: what the other inputs still have before theirs is not in it, and not read again.",
    claims: ["BA-2", "ST-7", "SO-4", "SK-1"],
  },
  {
    name: "ba.newer-barrier-does-not-abort-older",
    file: "dist/src/runtime/task/barrier-aligner.js",
    find: "if (checkpoint <= this.#settled || (this.#current !== undefined && checkpoint < this.#current))",
    replace: "if (checkpoint <= this.#settled || (this.#current !== undefined && checkpoint !== this.#current))",
    why: "FLINK-2427: a trigger is lost for one source, and the next barrier is ignored while the older one is waited for.",
    claims: ["FO-5", "BA-4"],
  },
  {
    name: "ba.obsolete-barrier-fails-task",
    file: "dist/src/runtime/task/barrier-aligner.js",
    find: 'return { kind: "void" };\n        const cancelled',
    replace: "throw new Error(`barrier ${checkpoint} is obsolete`);\n        const cancelled",
    why: "FLINK-21104: a barrier of a checkpoint that was given up arrives, and the task fails for it.",
    claims: ["FO-4", "CC-5"],
  },
  {
    name: "ba.abort-does-not-release",
    file: "dist/src/runtime/task/task-input.js",
    find: "if (this.#aligner.abort(checkpoint))\n            this.#gate.unblockAll();",
    replace: "this.#aligner.abort(checkpoint);",
    why: "The abort of a checkpoint ends its alignment and leaves the channels blocked: nothing is ever taken from them again.",
    claims: ["FO-5"],
  },
  {
    name: "ba.barrier-not-forwarded-on-one-output",
    file: "dist/src/runtime/task/outputs.js",
    find: "for (const { subpartition } of edge.subpartitions)\n                subpartition.event(kind, payload);",
    replace:
      'for (const { subpartition } of kind === "barrier" ? edge.subpartitions.slice(0, 1) : edge.subpartitions)\n                subpartition.event(kind, payload);',
    why: "A barrier goes to the first consumer of an edge alone: the others wait for it for ever.",
    claims: ["FO-5"],
  },
  {
    name: "ba.barrier-overtakes-records",
    file: "dist/src/runtime/task/subpartition.js",
    find: "this.#seal();\n        this.#queue.push({ kind, payload });",
    replace: "this.#queue.push({ kind, payload });",
    why: "A barrier leaves before the records that were emitted before it and still wait in the buffer being filled.",
    claims: ["ST-7", "SO-4", "SK-1", "BA-3"],
  },
  {
    name: "ba.end-before-the-last-results",
    file: "dist/src/runtime/task/subtask.js",
    find: "if (chain.source !== undefined)\n            chain.source.end();",
    replace: `this.#outputs.broadcast("end-of-data", nothing);
        if (chain.source !== undefined)
            chain.source.end();`,
    why: "The end of the data is told before the last watermark and what it releases: consumers end their input, and get more.",
    claims: ["BA-3", "SK-1"],
  },
  {
    name: "ba.barrier-behind-the-snapshot",
    file: "dist/src/runtime/task/subtask.js",
    find: 'this.#outputs.broadcast("barrier", encodeBarrier({ checkpoint, timestampMs }));',
    replace:
      'this.#environment.host.timer(5, () => this.#outputs.broadcast("barrier", encodeBarrier({ checkpoint, timestampMs })));',
    why: "The barrier follows its snapshot with a delay: records from behind the snapshot are before the barrier.",
    claims: ["ST-7", "SO-4", "SK-1", "FO-5"],
  },
  {
    name: "task.all-input-in-one-turn",
    file: "dist/src/runtime/task/subtask.js",
    find: "const { records, more } = this.#input.drive(input, this.#stepRecordsMax);",
    replace: `let { records, more } = this.#input.drive(input, Infinity);
        while (more) {
            const next = this.#input.drive(input, Infinity);
            records += next.records;
            more = next.more;
        }`,
    why: "A subtask works through all that waits in one turn: its worker answers no heartbeat for longer than its time-out, and the job restarts for ever.",
    claims: ["FO-4", "FO-5"],
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
  {
    name: "net.lost-connection-unnoticed",
    file: "dist/src/runtime/task/data-connection.js",
    find: "this.#connection.reset();\n        this.#lost();",
    replace: "this.#connection.reset();",
    why: "Jet 2532: a connection between two workers is gone, and with it the last messages; neither end tells its subtasks.",
    claims: ["FO-5", "SK-1"],
  },
  {
    name: "net.credit-never-returned",
    file: "dist/src/runtime/task/input-channel.js",
    find: "this.#grant(credits);",
    replace: "if (credits > 1) this.#grant(credits - 1);",
    why: "One credit of each lot is kept: the producer starves, and nobody says so.",
    claims: ["FO-5"],
  },
  {
    name: "net.credit-counted-twice",
    file: "dist/src/runtime/task/subpartition.js",
    find: "this.#credits += credits;",
    replace: "this.#credits += 2 * credits;",
    why: "Each credit is counted twice: a consumer that is slow gets more buffers than it has room for.",
    claims: ["RE-2"],
  },
  {
    name: "net.credit-not-taken",
    file: "dist/src/runtime/task/subpartition.js",
    find: "this.#credits--;",
    replace: "",
    why: "A buffer takes no credit: back-pressure ends at the first consumer, and its memory grows with what is sent.",
    claims: ["RE-2"],
  },
  {
    name: "ba.one-channel-released",
    file: "dist/src/runtime/task/input-gate.js",
    find: "queue.blocked = false;\n            this.#enlist(channel, queue);",
    replace:
      "if (queue.blocked) {\n                queue.blocked = false;\n                this.#enlist(channel, queue);\n                break;\n            }",
    why: "The end of an alignment releases the first blocked channel, and no other.",
    claims: ["FO-5"],
  },
  {
    name: "net.buffer-lost-without-credit",
    file: "dist/src/runtime/task/subpartition.js",
    find: "this.#queue.slice(sent)",
    replace: "this.#queue.slice(sent + 1)",
    why: "When credit runs out, the first buffer that has to wait is dropped.",
    claims: ["SK-1", "ST-7", "SO-4", "FO-5"],
  },
  {
    name: "gate.channels-by-input",
    file: "dist/src/runtime/task/task-input.js",
    find: "const channel = this.#channels.length;",
    replace: "const channel = input.channels.findIndex(one => one.producer === producer);",
    why: "The channels of each joined stream are counted from 0: a barrier, or the end, of one is taken for another's.",
    claims: ["FO-5", "BA-2", "SK-1", "ST-7"],
  },
];
