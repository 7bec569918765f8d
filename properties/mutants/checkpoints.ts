import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** The coordinator, its store, and the files beneath it. */
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
    name: "fs.ack-before-sync",
    file: "dist/src/services/file-store/replica-folder.js",
    find: `await disk.syncDirectory(replicaFolder(this.#dir));
            this.#paths.add(path);`,
    replace: "this.#paths.add(path);",
    why: "FLINK-36421: a state file is acknowledged before its name is synced; a power loss takes it, and the checkpoint names a file that is not there.",
    claims: ["CC-8", "CC-2"],
  },
  {
    name: "ha.counter-lost",
    file: "dist/src/runtime/checkpoint/counters.js",
    find: "this.#reserved = found?.checkpoints ?? 0;",
    replace: "this.#reserved = 0;",
    why: "FLINK-14091: the counter of checkpoint ids is unusable after a fail-over; ids begin anew and meet those of the leader before.",
    claims: ["CC-1", "CC-2"],
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
];
