import type { PackedRecord } from "./log-record.ts";

/**
 * What the broker writes down, in order, before it answers: its whole state is the fold of these (broker-state.ts).
 * Offsets are not written: they follow from the order.
 */
export type BrokerChange =
  | { readonly kind: "topic-created"; readonly topic: string; readonly partitions: number }
  /** A producer's new epoch; older ones are fenced from here on. An undecided transaction goes on under the new epoch. */
  | {
      readonly kind: "epoch-begun";
      readonly transactionalId: string;
      readonly producerId: number;
      readonly epoch: number;
      readonly timeoutMs: number;
    }
  /** Transactional ids `${prefix}${generation}/…` of generations below this one begin, write and prepare nothing any more. */
  | { readonly kind: "generations-fenced"; readonly prefix: string; readonly below: number }
  /** Records before this offset are no longer kept: retention, or an operator. */
  | { readonly kind: "trimmed"; readonly topic: string; readonly partition: number; readonly startOffset: number }
  /** Records from this offset on are lost, as by an unclean election of a replica that lacked them. */
  | { readonly kind: "truncated"; readonly topic: string; readonly partition: number; readonly endOffset: number }
  /** A user has seen what the log does not hold: nothing is answered any more. */
  | { readonly kind: "data-lost"; readonly cause: string }
  | Appended
  | { readonly kind: "prepared"; readonly transactionalId: string }
  /** The undecided transaction is decided; a marker takes one offset in each of its partitions. */
  | { readonly kind: "ended"; readonly transactionalId: string; readonly outcome: "committed" | "aborted" };

/** With a transactional id it belongs to the producer's open transaction, or begins one. */
export interface Appended {
  readonly kind: "appended";
  readonly topic: string;
  readonly partition: number;
  /** −1: nobody, nothing is de-duplicated. */
  readonly producerId: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly transactionalId?: string;
  readonly records: readonly PackedRecord[];
}
