/**
 * The name of one part file: operator, generation, subtask, and the checkpoint after which its epoch began. It owns
 * that no two parts are ever named alike (see transaction-id.ts for why these four), and that sorted names keep the
 * order of each subtask's parts.
 */
export interface PartName {
  readonly generation: number;
  readonly subtask: number;
  /** The checkpoint that ended the epoch before, or that was restored; 0: neither. */
  readonly after: number;
}

export function partName(operator: string, { generation, subtask, after }: PartName, extension: string): string {
  const digits = [generation, subtask, after].map(part => String(part).padStart(6, "0"));
  return `${encodeURIComponent(operator)}-${digits.join("-")}.${extension}`;
}

/** Undefined for a name that is not one of this operator's. */
export function parsePartName(operator: string, name: string): PartName | undefined {
  const prefix = `${encodeURIComponent(operator)}-`;
  const match = name.startsWith(prefix) ? /^(\d+)-(\d+)-(\d+)\./.exec(name.slice(prefix.length)) : null;
  return match === null
    ? undefined
    : { generation: Number(match[1]), subtask: Number(match[2]), after: Number(match[3]) };
}
