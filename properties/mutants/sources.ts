import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** What a source keeps, and who reads what. */
export const sourceMutants: readonly Mutant[] = [
  {
    name: "src.commit-last-instead-of-next",
    file: "dist/src/runtime/connectors/log-reader.js",
    find: "return this.#splits.map(({ split, position, epoch }) =>",
    replace:
      "return this.#splits.map(({ split, position, epoch }) => ({ split, position: Math.max(position - 1, 0), epoch })).map(({ split, position, epoch }) =>",
    why: "FLINK-4618: the offset in state is that of the last record and not of the next; every restore reads one record of each split again.",
    claims: ["SO-4", "ST-7", "SK-1"],
  },
  {
    name: "src.offset-of-what-was-fetched",
    file: "dist/src/runtime/connectors/log-reader.js",
    find: "return this.#splits.map(({ split, position, epoch }) =>",
    replace: "return this.#splits.map(({ split, nextFetch: position, epoch }) =>",
    why: "The offset in state is that of the next fetch: what was fetched and not yet emitted is never read again.",
    claims: ["SO-4", "ST-7", "SK-1"],
  },
  {
    name: "src.position-one-too-far",
    file: "dist/src/runtime/connectors/log-reader.js",
    find: "return this.#splits.map(({ split, position, epoch }) =>",
    replace:
      "return this.#splits.map(({ split, position, epoch }) => ({ split, position: position === 0 ? 0 : position + 1, epoch })).map(({ split, position, epoch }) =>",
    why: "The snapshot is taken as if the next record had been emitted: a restore passes over it.",
    claims: ["SO-4", "ST-7", "SK-1"],
  },
  {
    name: "src.restored-position-ignored",
    file: "dist/src/runtime/connectors/log-reader.js",
    find: "nextFetch: split.position,",
    replace: "nextFetch: 0,",
    why: "A restored reader says where it is and reads from the beginning.",
    claims: ["SO-4", "ST-7", "SK-1"],
  },
  {
    name: "src.ignore-event-ack",
    file: "dist/src/runtime/cluster/source-coordinator.js",
    find: "this.#deliver(subtask, event).then(",
    replace: "this.#deliver(subtask, event).catch(() => undefined).then(",
    why: "FLINK-21996: an assignment is lost and taken for delivered: its split is in the enumerator's state as assigned, and no reader has it.",
    claims: ["SO-1", "SO-2", "SK-1", "FO-5"],
  },
  {
    name: "src.no-subtask-reset",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "restored: restored?.enumerators.find(enumerator => enumerator.uid === node.uid),",
    replace: "restored: undefined,",
    why: "FLINK-20290: the enumerator is not reset with its readers: a split is in its hands and in a reader's.",
    claims: ["SO-1", "SO-4", "SK-1", "ST-7"],
  },
  {
    name: "enum.state-behind-the-wait",
    file: "dist/src/runtime/cluster/source-coordinator.js",
    find: "return { uid: this.uid, state };",
    replace: "return { uid: this.uid, state: copyValue(this.#enumerator.snapshotState(checkpoint)) };",
    why: "The enumerator's state is taken when earlier assignments have arrived: what it assigned meanwhile is in no state (a bug of ours).",
    claims: ["SK-1"],
  },
  {
    name: "enum.gate-opens-before-the-triggers",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "const triggered = this.#execution.triggered();\n        const calls",
    replace:
      "for (const source of this.#sources)\n            source.openGate();\n        const triggered = this.#execution.triggered();\n        const calls",
    why: "What was held back is sent ahead of the triggers: a split is in the enumerator's state and in the reader's.",
    claims: ["ST-7", "SO-4", "SK-1"],
  },
  {
    name: "enum.gate-does-not-close",
    file: "dist/src/runtime/cluster/source-coordinator.js",
    find: "this.#gateClosed = true;",
    replace: "this.#gateClosed = false;",
    why: "Assignments go out while a checkpoint waits for earlier ones: a split is in the enumerator's state and in the reader's.",
    claims: ["ST-7", "SO-4", "SK-1"],
  },
  {
    name: "src.question-is-not-asked-again",
    file: "dist/src/runtime/cluster/leader-link.js",
    find: "this.readerEvent(execution, uid, event);",
    replace: ";",
    why: "A reader's request for a split that was lost is not sent again: it waits for ever.",
    claims: ["FO-5"],
  },
  {
    name: "src.assigned-while-sinks-prepare",
    file: "dist/src/runtime/task/subtask.js",
    find: "if (this.#suspended)\n            this.#waiting.push({ event });\n        else\n            this.#receive(event);",
    replace: "this.#receive(event);",
    why: "A split that comes behind a trigger while the sinks of the chain prepare is in that checkpoint too, and so read twice (a bug of ours).",
    claims: ["SO-4", "SK-1"],
  },
  {
    name: "enum.gate-stays-closed-behind-an-abort",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "checkpointAborted(worker, attempt, checkpoint);\n        for (const source of this.#sources)\n            source.openGate();",
    replace: "checkpointAborted(worker, attempt, checkpoint);",
    why: "What was held back for a checkpoint that was aborted waits for the next one's triggers, whose state has it as assigned: it is in nobody's.",
    claims: ["SK-1"],
  },
];
