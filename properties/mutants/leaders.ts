import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** Leaders: what a new one takes over, and what an old one may still do. */
export const leaderMutants: readonly Mutant[] = [
  {
    name: "ha.counter-lost",
    file: "dist/src/runtime/checkpoint/counters.js",
    find: "this.#reserved = found?.checkpoints ?? 0;",
    replace: "this.#reserved = 0;",
    why: "FLINK-14091: the counter of checkpoint ids is unusable after a fail-over; ids begin anew and meet those of the leader before.",
    claims: ["CC-1", "CC-2"],
  },
  {
    name: "ha.attempts-begin-anew",
    file: "dist/src/runtime/checkpoint/counters.js",
    find: "this.#attempts = found?.attempts ?? 0;",
    replace: "this.#attempts = 0;",
    why: "The attempts of a new leader have the numbers of an old one's: files, transactions and messages of both meet.",
    claims: ["FO-1", "SK-1", "FO-5", "CC-8", "CC-10"],
  },
  {
    name: "ha.tolerate-unreadable-latest",
    file: "dist/src/runtime/checkpoint/checkpoint-store.js",
    find: "recovered.push(await this.#load(pointed));",
    replace: `try {
                const metadata = readMetadata(await this.#storage.read(pointed.metadata));
                recovered.push({ id: pointed.checkpoint, file: pointed.metadata, metadata });
            }
            catch { }`,
    why: "FLINK-22502: a newest checkpoint that cannot be read is dropped in silence, and the job begins from an older one, or from nothing.",
    claims: ["CC-10", "SK-1"],
  },
  {
    name: "ha.restore-last-but-one",
    file: "dist/src/runtime/checkpoint/checkpoint-store.js",
    find: "this.#completed = kept;",
    replace: "this.#completed = this.#completed.length === 0 ? kept : all.slice(-2, -1);",
    why: "What a leader remembers lags one checkpoint behind what it has completed: it restores the last but one.",
    claims: ["CC-10", "CC-7", "CC-8", "CC-4"],
  },
  {
    name: "ha.cleanup-on-unknown",
    file: "dist/src/runtime/cluster/job-master.js",
    find: "const lost = await this.#recoverCheckpoints();",
    replace: `const lost = await this.#recoverCheckpoints();
        if (ranBefore)
            await this.#store.clear();`,
    why: "FLINK-25486: a leader that does not know what became of the job takes it for ended, and cleans its recovery data.",
    claims: ["FO-3"],
  },
  {
    name: "ha.deposed-leader-deletes",
    file: "dist/src/runtime/cluster/job-master.js",
    find: "this.#over = true;\n        this.#scheduler?.close();",
    replace: `this.#over = true;
        if (this.#store.newest !== undefined)
            this.#discarder.discard(pathsOf(this.#store.newest));
        this.#scheduler?.close();`,
    why: "A leader that was deposed cleans up after itself, and takes the files that its successor restores from.",
    claims: ["CC-8", "FO-1"],
  },
  {
    name: "ha.no-guard-on-pointer",
    file: "dist/src/runtime/checkpoint/guarded-register.js",
    find: "guard: { key: leaderKey, revision: token },",
    replace: "",
    why: "A write does not say under which leadership it is made: a leader that was deposed still writes.",
    claims: ["FO-1"],
  },
  {
    name: "ha.guard-not-checked",
    file: "dist/src/services/coordination/coordination-state.js",
    find: "if (guard !== undefined && (this.#entries.get(guard.key)?.revision ?? 0) !== guard.revision)",
    replace: "if (guard !== undefined && this.#entries.get(guard.key) === undefined && guard.revision === 0)",
    why: "The coordination service does not look at the guard of a compare-and-set.",
    claims: ["FO-1"],
  },
  {
    name: "ha.unknown-is-applied",
    file: "dist/src/runtime/checkpoint/guarded-register.js",
    find: "failed?.();",
    replace:
      "failed?.();\n            if (failed !== undefined)\n                return { applied: true, revision: 0 };",
    why: "A pointer whose write was not answered is taken for written.",
    claims: ["CC-2", "CC-10", "CC-8", "FO-5"],
  },
  {
    name: "ha.lost-answer-is-a-conflict",
    file: "dist/src/runtime/checkpoint/guarded-register.js",
    find: 'if (answer.reason === "conflict" && repeated && this.#isOurs(value, answer.current?.value)) {',
    replace: 'if (answer.reason === "never") {',
    why: "A leader does not know its own write again when the answer was lost, and stops for ever.",
    claims: ["FO-5"],
  },
  {
    name: "fence.worker-ignores-connection-loss",
    file: "dist/src/runtime/cluster/leader-link.js",
    find: "const leftMs = heardMs + this.#config.heartbeatTimeoutMs - askedMs;",
    replace: "const leftMs = this.#config.rpcTimeoutMs;",
    why: "FLINK-18677: a worker that has lost its leader lets its subtasks run on, while the leader deploys them elsewhere.",
    claims: ["FO-1", "SK-1"],
  },
  {
    name: "fence.late-deployment-begins",
    file: "dist/src/runtime/cluster/task-table.js",
    find: "if (attempt <= this.#canceledUpTo)\n            return false;",
    replace: "",
    why: "A deployment that its own cancel has overtaken on another connection begins all the same, beside the next attempt.",
    claims: ["FO-1"],
  },
  {
    name: "fence.leader-never-gives-up-workers",
    file: "dist/src/runtime/cluster/worker-registry.js",
    find: "const dueMs = registration.heardMs",
    replace: "const dueMs = this.#host.clock.monotonic()",
    why: "The leader's heartbeat time-out is never reached: a worker that is gone for good is waited for.",
    claims: ["FO-5", "SI-1"],
  },
  {
    name: "fence.lost-worker-is-heard",
    file: "dist/src/runtime/cluster/job-master.js",
    find: "if (this.registry.get(message.worker) === undefined)",
    replace: "if (message.worker === undefined)",
    why: "A worker that was given up is listened to, and never told: its acknowledgements count, and its subtasks run on.",
    claims: ["FO-1", "FO-5", "CC-2"],
    gap: "No storm lets a worker that was given up acknowledge a checkpoint that its successor's attempt still waits for.",
  },
  {
    name: "fo.one-restart-more",
    file: "dist/src/runtime/cluster/restart-strategy.js",
    find: "this.#restarts === this.#attemptsMax",
    replace: "this.#restarts > this.#attemptsMax",
    why: "The limit of restarts is off by one.",
    claims: ["FO-4"],
  },
  {
    name: "fo.restart-at-once",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "if (leftMs > 0)",
    replace: "if (leftMs > 1_000_000)",
    why: "The delay of the restart strategy is not kept.",
    claims: ["FO-4"],
  },
  {
    name: "fo.deployed-beside-the-living",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "!this.#execution.executions.every(({ state }) => isTerminal(state))",
    replace: "!this.#execution.executions.some(({ state }) => isTerminal(state))",
    why: "A new attempt is deployed when the first subtask of the older one has let go, and not the last.",
    claims: ["FO-1"],
  },
  {
    name: "fo.deployed-on-the-lost",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "if (slots.some(worker => this.#parts.registry.get(worker.id) === undefined))\n            return this.start();",
    replace: "",
    why: "An attempt is deployed on workers that were lost while its number was made durable: nobody ever says that they are gone.",
    claims: ["FO-5"],
  },
  {
    name: "ha.anybody-inherits",
    file: "dist/src/runtime/cluster/leader-election.js",
    find: "current?.leader.address === this.#address",
    replace: "current !== undefined",
    why: "A candidate takes the leader's key for its own earlier one, and deposes a leader that is well.",
    claims: ["FO-1"],
  },
  {
    name: "ha.attempt-before-it-is-counted",
    file: "dist/src/runtime/checkpoint/counters.js",
    find: "await this.#write();\n        return this.#attempts;",
    replace: "void this.#write();\n        return this.#attempts;",
    why: "An attempt is deployed before its number is durable: the next leader may take the same one.",
    claims: ["FO-1"],
  },
];
