import { encode } from "../../rpc/codec.ts";
import type { BrokerChange } from "../../services/log-broker/broker-change.ts";
import { brokerLogPath, topicImage } from "../../services/log-broker/broker-log.ts";
import { packRecord } from "../../services/log-broker/log-record.ts";
import { encodeEntry } from "../../services/log-entry.ts";
import type { SubtaskSnapshot } from "../../runtime/task/task-contract.ts";
import { hashKey } from "../../runtime/graph/key-encoding.ts";
import { StateFileWriter } from "../../runtime/state/state-file.ts";
import { madeMetadata, madeSnapshot, type MadeHistory } from "./made-history.ts";
import type { Amount } from "./made-job.ts";

/**
 * The broker's side of a history made by hand: the input of the job `totals` in two partitions, its transactions, and the
 * checkpoints that hold them. Each record of the output says where it comes from, as a log sink writes it.
 */
export class MadeOutput {
  readonly #history: MadeHistory;
  readonly #changes: BrokerChange[] = [{ kind: "topic-created", topic: "totals", partitions: 1 }];
  #producers = 0;

  constructor(history: MadeHistory, input: readonly (readonly Amount[])[]) {
    this.#history = history;
    const records = input.map(partition =>
      partition.map(amount => ({ key: null, value: encode(amount), timestampMs: 0 })),
    );
    for (const { name, bytes } of topicImage("amounts", records)) history.disk("broker").set(`/broker/${name}`, bytes);
    this.#write();
  }

  /** An open transaction with these records in it, each as `[split, position, account, cents]`. */
  begin(transactionalId: string, ...records: readonly MadeRecord[]): void {
    const producerId = ++this.#producers;
    this.#changes.push({ kind: "epoch-begun", transactionalId, producerId, epoch: 0, timeoutMs: 60_000 });
    const packed = records.map(([split, position, account, cents]) =>
      packRecord({
        key: encode(account),
        value: encode({ account, cents }),
        timestampMs: 0,
        origin: { split: `amounts/${split}`, position },
      }),
    );
    this.#changes.push({
      kind: "appended",
      topic: "totals",
      partition: 0,
      producerId,
      epoch: 0,
      sequence: 0,
      transactionalId,
      records: packed,
    });
    this.#write();
  }

  prepare(transactionalId: string): void {
    this.#changes.push({ kind: "prepared", transactionalId });
    this.#write();
  }

  end(transactionalId: string, outcome: "committed" | "aborted"): void {
    this.#changes.push({ kind: "ended", transactionalId, outcome });
    this.#write();
  }

  commit(transactionalId: string): void {
    this.#history.request("broker.commit", "tm0", "broker", { transactionalId, producerId: 1, epoch: 0 });
    this.end(transactionalId, "committed");
  }

  /** A completed checkpoint: positions of both splits, prepared transactions, and the totals in its state. */
  complete(checkpoint: number, { positions, held, totals = {}, surplus, finished = false }: MadeCheckpoint): void {
    const splits = positions.map((position, partition) => ({ topic: "amounts", partition, position }));
    const writer = new StateFileWriter();
    for (const [account, cents] of Object.entries(totals)) {
      const entries = [account, { account, cents }];
      const states = ["reduce", ...(surplus === undefined ? [] : [surplus])];
      writer.section(
        "total",
        hashKey(account) % 128,
        states.map(state => ({ state, entries })),
      );
    }
    const bytes = writer.finish();
    const files = bytes === undefined ? [] : [this.#history.store(`chk-${checkpoint}/total-0`, bytes)];
    const committables = held.map(transactionalId => ({
      checkpoint,
      items: [{ transactionalId, producerId: 1, epoch: 0 }],
    }));
    const subtasks: SubtaskSnapshot[] = [
      madeSnapshot("amounts", 0, { operators: [{ uid: "amounts", splits }] }),
      madeSnapshot("amounts", 1),
      madeSnapshot("total", 0, { files, finished, operators: [{ uid: "sink", committables }] }),
      madeSnapshot("total", 1, { finished }),
    ];
    this.#history.point(1, this.#history.storeMetadata(madeMetadata(checkpoint, subtasks)));
  }

  #write(): void {
    this.#history.write("broker", brokerLogPath("/broker"), encodeEntry(1, this.#changes));
  }
}

export type MadeRecord = readonly [split: number, position: number, account: string, cents: number];

export interface MadeCheckpoint {
  readonly positions: readonly number[];
  readonly held: readonly string[];
  readonly totals?: Readonly<Record<string, number>>;
  /** A further state of the operator, in which the same totals stand. */
  readonly surplus?: string;
  /** The subtasks of `total` have finished: they hold no state any more. */
  readonly finished?: boolean;
}
