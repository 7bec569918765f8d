/**
 * The name of one transaction of a log sink: lineage, operator, generation, subtask, and the checkpoint after which its
 * epoch began. It owns that no two transactions are ever named alike: operators differ within a lineage, generations
 * (execution attempts) over restarts and rescales, subtasks within a generation, epochs within a subtask. All of an
 * operator's names share a prefix.
 */
export interface TransactionId {
  readonly generation: number;
  readonly subtask: number;
  /** The checkpoint that ended the epoch before, or that was restored; 0: neither. */
  readonly after: number;
}

export function transactionPrefix(lineage: string, operator: string): string {
  return `${encodeURIComponent(lineage)}/${encodeURIComponent(operator)}/`;
}

export function transactionId(prefix: string, { generation, subtask, after }: TransactionId): string {
  return `${prefix}${generation}/${subtask}/${after}`;
}

/** Undefined for a name that is not one of this operator's. */
export function parseTransactionId(prefix: string, id: string): TransactionId | undefined {
  if (!id.startsWith(prefix)) return undefined;
  const match = /^(\d+)\/(\d+)\/(\d+)$/.exec(id.slice(prefix.length));
  return match === null
    ? undefined
    : { generation: Number(match[1]), subtask: Number(match[2]), after: Number(match[3]) };
}
