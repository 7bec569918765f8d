import type { CommitOutcome, Sink } from "../../src/runtime/api/sink.ts";
import type { ReaderContext, Source } from "../../src/runtime/api/source.ts";
import type { Payment } from "./payment.ts";

/** A source and a two-phase-commit sink in the test's own memory: it feeds one, and reads the other's ledger. */

export interface TestSplit {
  readonly feed: number;
  readonly next: number;
}

export interface Ledger {
  readonly prepared: Map<string, readonly Payment[]>;
  readonly committed: Payment[];
  /** What the next commits are answered, in order; without any they are told the truth. */
  readonly answers: CommitOutcome[];
  asked: number;
}

export function feedSource(test: {
  readonly feeds: readonly (readonly Payment[])[];
  readonly ended: () => boolean;
  readonly read: (context: ReaderContext) => void;
}): Source<Payment, TestSplit> {
  return {
    kind: "test",
    boundedness: "bounded",
    createEnumerator: () => {
      throw new Error("the test assigns the splits");
    },
    createReader: context => {
      test.read(context);
      const held: { feed: number; next: number }[] = [];
      return {
        start: () => {},
        addSplits: splits => {
          held.push(...splits.map(split => ({ ...split })));
          context.available();
        },
        noMoreSplits: () => {},
        poll: (output, recordsMax) => {
          let room = recordsMax;
          for (const split of held) {
            const feed = test.feeds[split.feed]!;
            for (; room > 0 && split.next < feed.length; split.next++, room--) {
              output.emit(feed[split.next]!, undefined, { split: `feed/${split.feed}`, position: split.next });
            }
          }
          const rest = held.some(split => split.next < test.feeds[split.feed]!.length);
          return rest ? "more" : test.ended() ? "end" : "nothing";
        },
        // The reader's own objects, on purpose: the runtime has to copy.
        snapshotState: () => held,
        close: () => {},
      };
    },
  };
}

/** `life` tells one cluster's transactions from those of the cluster that it restores. */
export function ledgerSink(ledger: Ledger, life: number): Sink<Payment> {
  return {
    kind: "test",
    createWriter: ({ subtask }) => {
      let written: Payment[] = [];
      let epoch = 0;
      return {
        write: record => void written.push(record),
        prepareCommit: () => {
          if (written.length === 0) return Promise.resolve([]);
          const id = `${life}/${subtask}/${epoch++}`;
          ledger.prepared.set(id, written);
          written = [];
          return Promise.resolve([id]);
        },
        close: () => {},
      };
    },
    createCommitter: () => ({
      commit: committable => {
        ledger.asked++;
        const outcome =
          ledger.answers.shift() ?? (ledger.prepared.has(committable as string) ? "committed" : "already-committed");
        if (outcome === "committed") {
          ledger.committed.push(...ledger.prepared.get(committable as string)!);
          ledger.prepared.delete(committable as string);
        }
        return Promise.resolve(outcome);
      },
    }),
  };
}
