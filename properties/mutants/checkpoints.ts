import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** The coordinator of checkpoints, and what becomes of their files. */
export const checkpointMutants: readonly Mutant[] = [
  {
    name: "cc.complete-before-store",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "const subsumed = await completion;",
    replace: `this.#job.notifyComplete(pending.id);
        const subsumed = await completion;`,
    why: "FLINK-31077: a checkpoint is called complete before it is stored; sinks commit an epoch that a crash takes back.",
    claims: ["CC-2", "SK-2"],
  },
  {
    name: "cc.complete-without-metadata",
    file: "dist/src/runtime/checkpoint/storage.js",
    find: "await places.put(`${root}/${path}`, bytes);",
    replace: `const put = places.put(\`\${root}/\${path}\`, bytes);
            if (path.includes("/metadata"))
                void put.catch(() => undefined);
            else
                await put;`,
    why: "The pointer is written while the metadata file is still on its way to the storage nodes.",
    claims: ["CC-2", "CC-8"],
  },
  {
    name: "cc.ack-of-another-checkpoint",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: 'const outcome = pending?.id === checkpoint ? pending.acknowledge(execution, snapshot) : "discarded";',
    replace: 'const outcome = pending !== undefined ? pending.acknowledge(execution, snapshot) : "discarded";',
    why: "A late acknowledgement of a checkpoint that was given up counts for the one that is pending.",
    claims: ["CC-2", "CC-4", "ST-7"],
  },
  {
    name: "cc.one-ack-is-not-waited-for",
    file: "dist/src/runtime/checkpoint/pending-checkpoint.js",
    find: "this.#acknowledged.size === this.#awaited.size",
    replace: "this.#acknowledged.size >= Math.max(1, this.#awaited.size - 1)",
    why: "Acknowledgements are counted against one too few: the last subtask's state is not in the checkpoint.",
    claims: ["CC-2", "FO-5"],
  },
  {
    name: "cc.late-ack-leaks",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: 'else if (outcome !== "duplicate") {\n            this.#discardUnaddressed(snapshot.files.map(file => file.path));\n        }',
    replace: "",
    why: "The state that a late acknowledgement carries is discarded by nobody.",
    claims: ["CC-4"],
  },
  {
    name: "reg.leak-on-exception",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "this.#discardUnaddressed(pending.files().map(file => file.path));",
    replace: "",
    why: "FLINK-30461: the files of a checkpoint that was aborted are left on the storage.",
    claims: ["CC-4", "CC-9"],
  },
  {
    name: "reg.subsumed-discarded-first",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "const completion = this.#store.complete(file, metadata);",
    replace: `const older = this.#store.newest;
        if (older !== undefined) this.#discarder.discard(pathsOf(older));
        const completion = this.#store.complete(file, metadata);`,
    why: "The older checkpoint is discarded before the pointer names the newer one.",
    claims: ["CC-8"],
  },
  {
    name: "reg.no-ownership-on-restore",
    file: "dist/src/runtime/cluster/job-master.js",
    find: "const addressed = this.#store.addressed();",
    replace: "const addressed = new Set();",
    why: "FLINK-26985: the files of the checkpoint that was restored belong to nobody, and the next sweep takes them.",
    claims: ["CC-8"],
  },
  {
    name: "reg.sweep-takes-uploads",
    file: "dist/src/runtime/cluster/job-master.js",
    find: " && checkpointOf(path) <= idsBefore",
    replace: "",
    why: "The sweep of a new leader takes files of the checkpoint that is being taken for leftovers.",
    claims: ["CC-8", "CC-2"],
  },
  {
    name: "tm.discard-shared-on-abort",
    file: "dist/src/runtime/task/subtask.js",
    find: "this.#input.abort(checkpoint);",
    replace: `this.#input.abort(checkpoint);
        void this.#environment.storage.remove([\`chk-\${checkpoint - 1}/\${this.#environment.deployment.execution}.state\`]).catch(() => undefined);`,
    why: "FLINK-25395: a worker that hears of an abort deletes state that the checkpoint before still names.",
    claims: ["CC-8", "FO-1"],
  },
  {
    name: "tm.ack-before-upload",
    file: "dist/src/runtime/checkpoint/storage.js",
    find: "await places.put(`${root}/${path}`, bytes);",
    replace: `const put = places.put(\`\${root}/\${path}\`, bytes);
            if (path.endsWith(".state"))
                void put.catch(() => undefined);
            else
                await put;`,
    why: "A subtask acknowledges when it has begun to upload its state, and not when the state is there.",
    claims: ["CC-8"],
  },
  {
    name: "cc.no-expiry",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: 'this.#expiryTimer = this.#host.timer(this.#settings.timeoutMs, () => this.#abort(pending, "expired"));',
    replace: "",
    why: "A checkpoint that lacks an acknowledgement is waited for without end, and no other is taken meanwhile.",
    claims: ["CC-3", "FO-5"],
  },
  {
    name: "cc.expiry-not-counted",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: 'return reason === "expired" || reason',
    replace: "return reason",
    why: "FLINK-17351: checkpoints expire one after the other, and the job goes on in silence without any.",
    claims: ["FO-4", "CC-5"],
  },
  {
    name: "cc.completes-after-expiry",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: '() => this.#abort(pending, "expired")',
    replace: '() => this.#host.timer(this.#settings.timeoutMs, () => this.#abort(pending, "expired"))',
    why: "The time-out of a checkpoint is looked at twice, and ends it at twice its time.",
    claims: ["CC-3"],
  },
  {
    name: "cc.no-min-pause",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "this.#lastEndMs + minPauseMs",
    replace: "this.#lastEndMs",
    why: "The pause between two checkpoints is not kept: a job that checkpoints slowly does nothing else.",
    claims: ["CC-3"],
  },
  {
    name: "cc.two-at-a-time",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "if (!this.#active || this.#pending !== undefined || this.#triggering)",
    replace: "if (!this.#active || this.#triggering)",
    why: "A checkpoint is triggered while another is pending, and takes its place.",
    claims: ["CC-3", "FO-5"],
  },
  {
    name: "cc.restore-while-publishing",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "await settled;",
    replace: "",
    why: "A new attempt restores while the pointer of a newer checkpoint is being written.",
    claims: ["CC-10", "CC-8"],
  },
  {
    name: "cc.failures-not-reset",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "this.#failures = 0;\n        this.#end();",
    replace: "this.#end();",
    why: "A success does not reset the counter of failures: those of a whole attempt add up, and it is given up.",
    claims: ["FO-4"],
  },
  {
    name: "cc.one-failure-more",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "++this.#failures > this",
    replace: "this.#failures++ > this",
    why: "The limit of failures in a row is passed by one before the job begins anew.",
    claims: ["CC-5"],
  },
  {
    name: "cc.every-abort-counts",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: 'return reason === "expired" ||',
    replace: 'return reason !== "stopped" || reason === "expired" ||',
    why: "What merely came at a bad moment, such as a trigger that was lost, counts as a failure.",
    claims: ["FO-4"],
  },
  {
    name: "cc.abort-swallowed",
    file: "dist/src/runtime/cluster/worker-gateway.js",
    find: 'this.#client.send(worker.address, "checkpoint.abort", body);',
    replace: "",
    why: "FLINK-32655: workers are not told that a checkpoint was given up, and wait for its barriers until the next one's come.",
    claims: ["CC-11"],
  },
  {
    name: "cc.abort-of-another",
    file: "dist/src/runtime/cluster/scheduler.js",
    find: "checkpointAborted(worker, attempt, checkpoint)",
    replace: "checkpointAborted(worker, attempt, checkpoint - 1)",
    why: "Workers are told that the checkpoint before was given up, and not this one.",
    claims: ["CC-11"],
  },
  {
    name: "reg.subsumed-stays",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: "this.#discardUnaddressed(subsumed.flatMap(pathsOf));",
    replace: "",
    why: "What a newer checkpoint subsumes is removed by nobody before the job ends: an unbounded job fills its storage.",
    claims: ["CC-4"],
  },
  {
    name: "reg.late-metadata-stays",
    file: "dist/src/runtime/checkpoint/coordinator.js",
    find: 'if (!pending.advance("writing", "publishing"))\n            return this.#discarder.discard([path]);',
    replace: 'if (!pending.advance("writing", "publishing"))\n            return;',
    why: "The metadata of a checkpoint that expired while it was written is left on the storage.",
    claims: ["CC-4"],
  },
];
