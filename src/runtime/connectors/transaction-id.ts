/**
 * The name of one transaction of a log sink: lineage, operator, generation, subtask, number. It owns that no two
 * transactions are ever named alike: operators differ within a lineage, generations (execution attempts) over restarts
 * and rescales, subtasks within a generation, numbers within a subtask. All of an operator's names share a prefix.
 */
export interface TransactionId {
  readonly generation: number;
  readonly subtask: number;
  readonly number: number;
}

export function transactionPrefix(lineage: string, operator: string): string {
  return `${encodeURIComponent(lineage)}/${encodeURIComponent(operator)}/`;
}

export function transactionId(prefix: string, { generation, subtask, number }: TransactionId): string {
  return `${prefix}${generation}/${subtask}/${number}`;
}

/** Undefined for a name that is not one of this operator's. */
export function parseTransactionId(prefix: string, id: string): TransactionId | undefined {
  if (!id.startsWith(prefix)) return undefined;
  const match = /^(\d+)\/(\d+)\/(\d+)$/.exec(id.slice(prefix.length));
  return match === null
    ? undefined
    : { generation: Number(match[1]), subtask: Number(match[2]), number: Number(match[3]) };
}
