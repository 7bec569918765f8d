import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** The two-phase commit of sinks. */
export const sinkMutants: readonly Mutant[] = [
  {
    name: "sink.no-flush-before-ack",
    file: "dist/src/runtime/connectors/produce-queue.js",
    find: `for (const queue of this.#partitions)
            this.#send(queue);
        await new Promise(resolve => this.#flushed.push(resolve));`,
    replace: `const lingering = this.#partitions.map(queue => queue.waiting.splice(1));
        this.#pending -= lingering.flat().length;
        for (const queue of this.#partitions)
            this.#send(queue);
        await new Promise(resolve => this.#flushed.push(resolve));
        this.#pending += lingering.flat().length;
        this.#partitions.forEach((queue, i) => queue.waiting.push(...lingering[i]));`,
    why: "FLINK-6996: records of an epoch still linger in the producer's buffer when its transaction is prepared; they go out with the next one.",
    claims: ["SO-4", "SK-1"],
  },
  {
    name: "sink.swallow-commit-error",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: "await this.#pause(delayMs);",
    replace: "return;",
    why: "FLINK-24773: the error of a commit is logged and dropped; the epoch stays prepared and is never committed.",
    // SK-4 at a restore: the writer that opens next aborts what it finds undecided.
    claims: ["SK-3", "SK-2", "SK-6", "RE-1", "SK-1", "SK-4"],
  },
  {
    name: "sink.timeout-means-aborted",
    file: "dist/src/runtime/connectors/log-committer.js",
    find: `if (isUnanswered(cause) || cause instanceof RpcFault)
                return "unknown";`,
    replace: `if (isUnanswered(cause)) {
                await this.#broker.abort(committable).catch(() => undefined);
                return "already-committed";
            }`,
    why: "KAFKA-9274: a commit without an answer is taken for a transaction that was aborted, and is given up.",
    claims: ["SK-3", "SK-2", "SK-4", "SK-6", "RE-1", "SK-1"],
  },
  {
    name: "sink.lost-work-is-committed",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: 'throw new Unrecoverable(`Prepared work of checkpoint ${checkpoint} was lost: its commit says "${outcome}".`);',
    replace: "return;",
    why: "A commit that says that the transaction was aborted, or is unknown, counts as done.",
    claims: ["SK-3", "SK-2", "SK-6", "SK-1"],
  },
  {
    name: "sink.forgets-what-it-commits",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: `await this.#commit(epoch.items[0], epoch.checkpoint);
                if (this.#closed)
                    return "closed";
                epoch.items.shift();`,
    replace: `await this.#commit(epoch.items.shift(), epoch.checkpoint);
                if (this.#closed)
                    return "closed";`,
    why: "What is being committed is taken off the list before its commit is known: a checkpoint that is taken meanwhile does not hold it.",
    claims: ["SK-2", "SK-3", "SK-4"],
  },
  {
    name: "sink.newest-loss-is-not-seen",
    file: "dist/src/runtime/connectors/refuse-lost-commits.js",
    find: "after >= restoredCheckpoint",
    replace: "after > restoredCheckpoint",
    why: "Off by one: a sink notices that checkpoints were lost behind its committed work when two are, and not when it is the newest alone.",
    claims: ["SK-1", "SK-4"],
  },
  {
    name: "sink.abort-only-known",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "id.generation >= this.#context.attempt || !mine(id.subtask)",
    replace: "true",
    why: "FLINK-23854: only transactions that stand in the restored state are settled; what a dead generation prepared besides stays for ever.",
    claims: ["SK-4", "RE-1", "SK-1"],
  },
  {
    name: "sink.abort-before-commit",
    file: "dist/src/runtime/task/operators/sink.js",
    find: "if (this.#pending !== undefined && this.#restored.length > 0) {",
    replace: `await this.#writer.open?.();
        if (this.#pending !== undefined && this.#restored.length > 0) {`,
    why: "The sweep of what dead generations left comes before the commit of what the restored checkpoint holds, and aborts it.",
    claims: ["SK-3", "SK-4", "SK-2", "SK-1", "FO-5"],
  },
  {
    name: "sink.restored-work-is-dropped",
    file: "dist/src/runtime/task/operators/sink.js",
    find: "if (this.#pending !== undefined && this.#restored.length > 0) {",
    replace: "if (this.#pending !== undefined && this.#restored.length > 1) {",
    why: "What one epoch has left in the restored checkpoint is not committed after the restore.",
    claims: ["SK-3", "SK-4", "SK-2", "SK-1"],
  },
  {
    name: "cc.epoch-gap-on-recovery",
    file: "dist/src/runtime/task/operators/sink.js",
    find: "for (const { checkpoint, items } of this.#restored)",
    replace: "for (const { checkpoint, items } of this.#restored.slice(0, -1))",
    why: "RisingWave 5396: recovery skips an epoch; the last one that the restored checkpoint holds is taken for committed.",
    claims: ["SK-4", "SK-3", "SK-2", "SK-1"],
  },
  {
    name: "sink.commit-at-prepare",
    file: "dist/src/runtime/task/operators/sink.js",
    find: "this.#pending?.add(checkpoint, items);",
    replace: `{
            this.#pending?.add(checkpoint, items);
            void this.#pending?.commitUpTo(checkpoint);
        }`,
    why: "Work is committed when it is prepared, and not when its checkpoint is complete.",
    claims: ["SK-2", "SK-5", "SK-1"],
  },
  {
    name: "sink.commits-whatever-is-prepared",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: "this.#closed || first === undefined || first.checkpoint > this.#upTo",
    replace: "this.#closed || first === undefined",
    why: "The commit of one checkpoint takes along what the next one has prepared by then.",
    claims: ["SK-2", "SK-5", "SK-1"],
  },
  {
    name: "sink.aborted-epoch-forgotten",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: "this.#epochs.push({ checkpoint, items: [...items] });",
    replace: `this.#epochs.splice(0, this.#epochs.length, ...this.#epochs.filter(epoch => epoch.checkpoint <= this.#upTo), { checkpoint, items: [...items] });`,
    why: "What was prepared for a checkpoint that was given up is dropped when the next one prepares.",
    claims: ["SK-2", "SK-3", "RE-1", "SK-1", "SO-4"],
  },
  {
    name: "sink.snapshot-without-this-epoch",
    file: "dist/src/runtime/task/operators/sink.js",
    find: "const committables = this.#pending?.list() ?? [];",
    replace: "const committables = (this.#pending?.list() ?? []).slice(0, -1);",
    why: "KAFKA-8204: the sink's state is written before what it has just prepared is in it.",
    claims: ["SK-2", "SK-3", "SK-5", "SK-1", "SK-6"],
  },
  {
    name: "sink.commit-empty",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "if (begun === undefined) {\n            this.#after = checkpoint;\n            return [];\n        }\n        const transaction = await begun;",
    replace: "const transaction = await (begun ?? this.#begin());",
    why: "FLINK-31363: an epoch without a record prepares a transaction that was never begun, and its commit fails for ever.",
    claims: ["FO-5"],
  },
  {
    name: "sink.txn-id-without-operator",
    file: "dist/src/runtime/connectors/transaction-id.js",
    find: "return `${encodeURIComponent(lineage)}/${encodeURIComponent(operator)}/`;",
    replace: "return `${encodeURIComponent(lineage)}/`;",
    why: "FLINK-9295: two sinks of a job share a prefix of transactional ids, and fence each other.",
    claims: ["SK-4", "FO-5", "SK-1", "SK-3"],
  },
  {
    name: "sink.txn-id-without-generation",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "const name = transactionId(this.#prefix, { generation, subtask, after: this.#after });",
    replace: "const name = transactionId(this.#prefix, { generation: 1_000_000, subtask, after: this.#after });",
    why: "The transactions of an attempt have the names of those of the attempt before: what that one has prepared is aborted.",
    claims: ["SK-4", "SK-3", "FO-5", "SK-1", "SK-2"],
  },
  {
    name: "sink.part-name-without-generation",
    file: "dist/src/runtime/connectors/file-sink.js",
    find: "const { operator, attempt: generation, subtask } = this.#context;\n        const bytes",
    replace: "const { operator, subtask } = this.#context;\n        const generation = 1;\n        const bytes",
    why: "The parts of an attempt have the names of those of the attempt before.",
    claims: ["SK-4", "SK-1", "FO-5", "SK-2", "SK-3", "SK-5", "SO-4"],
  },
  {
    name: "sink.marker-before-part",
    file: "dist/src/runtime/connectors/part-store.js",
    find: "await this.#store.put(`${this.#folder}/parts/${name}`, bytes);",
    replace: "void this.#store.put(`${this.#folder}/parts/${name}`, bytes).catch(() => undefined);",
    why: "A part counts as prepared while it is still on its way to the storage nodes.",
    claims: ["SK-1", "SK-3", "SK-2", "FO-5", "SK-6"],
  },
  {
    name: "sink.listing-decides-what-is-swept",
    file: "dist/src/runtime/connectors/part-store.js",
    find: "const states = await Promise.all(names.map(name => this.#isCommitted(name)));",
    replace: "const states = names.map(() => false);",
    why: "S3A before its consistent listings: a listing that lacks a fresh marker is believed, and a committed part is swept as garbage.",
    claims: ["SK-1", "SK-3", "SK-4"],
  },
  {
    name: "sink.no-fence",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "this.#broker.fenceGenerations(this.#prefix, this.#context.attempt)",
    replace: "this.#broker.fenceGenerations(this.#prefix, 0)",
    why: "Earlier generations are not fenced: a worker that was thought dead prepares behind the sweep, and nobody ends it.",
    claims: ["SK-4", "RE-1", "SK-1"],
  },
  {
    name: "sink.open-transaction-left",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "this.#transaction = undefined;\n        this.#after = checkpoint;",
    replace: "this.#after = checkpoint;",
    why: "The transaction of an epoch is kept for the next one: records follow after its prepare.",
    claims: ["FO-5", "SK-1", "SK-2"],
  },
  {
    name: "sink.sweeps-its-neighbours-work",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "id.generation >= this.#context.attempt || !mine(id.subtask)",
    replace: "id.generation >= this.#context.attempt",
    why: "A subtask that opens aborts what its neighbours' restored checkpoint still has to commit.",
    claims: ["SK-3", "SK-4", "SK-1", "FO-5"],
  },
  {
    name: "sink.sweeps-its-neighbours-parts",
    file: "dist/src/runtime/connectors/file-sink.js",
    find: "part.generation < attempt && part.subtask % parallelism === subtask",
    replace: "part.generation < attempt",
    why: "A subtask that opens removes parts that its neighbours still have to commit.",
    claims: ["FO-5", "SK-3", "SK-4", "SK-1"],
  },
  {
    name: "sink.newest-epoch-first",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: "const first = this.#epochs[0];",
    replace: "const first = this.#epochs.at(-1);",
    why: "The epochs of a sink are looked at from the newest on: an older one that may be committed waits behind it.",
    claims: ["SK-6", "SK-3", "SK-2", "SK-1", "FO-5"],
  },
  {
    name: "sink.epochs-share-a-name",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "this.#after = checkpoint;\n        this.#queue",
    replace: "this.#queue",
    why: "An epoch's transaction has the name of the one before: its records come behind that one's prepare.",
    claims: ["SK-3", "SK-4", "SK-1", "FO-5", "FO-4"],
  },
  {
    name: "chain.snapshot-waits-for-one-sink",
    file: "dist/src/runtime/task/operator-chain.js",
    find: "Promise.all(preparing.map",
    replace: "Promise.race(preparing.map",
    why: "The snapshot of a chain with two sinks is taken when the first of them has prepared.",
    claims: ["SK-2", "SK-4"],
  },
  {
    name: "sink.waits-though-begun",
    file: "dist/src/runtime/connectors/produce-queue.js",
    find: "if (producer !== undefined)\n            for (const queue of this.#partitions)\n                if (isBatch(queue))\n                    this.#send(queue);",
    replace: ";",
    why: "Records that came before their transaction had begun wait for the next one that is written, which a full sink does not let in.",
    claims: ["FO-5"],
  },
  {
    name: "sink.sends-under-the-prepared-one",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "this.#queue.produceAs(undefined);",
    replace: ";",
    why: "Records of the next epoch are sent under the transaction that is prepared, until the next one has begun.",
    claims: ["SK-2", "SO-4", "SK-1", "FO-5"],
  },
  {
    name: "sink.idle-epoch-has-no-end",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "this.#after = checkpoint;\n            return [];",
    replace: "return [];",
    why: "An epoch without records does not count: the next transaction is named after an older checkpoint, and is no witness of a lost one.",
    claims: ["SK-1", "ST-7", "SK-4", "SK-5"],
  },
  {
    name: "sink.at-least-once-does-not-flush",
    file: "dist/src/runtime/connectors/log-writer.js",
    find: "await this.#queue.flush();\n        return [];",
    replace: "return [];",
    why: "A sink that writes at least once acknowledges what may not have reached the log: a restore does not write it again.",
    claims: ["SK-1"],
  },
  {
    name: "sink.late-beginning-aborts",
    file: "dist/src/services/log-broker/transaction-decision.js",
    find: "if (fresh && producer !== undefined)",
    replace: "if (false)",
    why: "A request for a transaction's first epoch that was repeated, and comes late, aborts what has been prepared since.",
    claims: ["SK-3", "SK-1", "FO-5"],
  },
];
