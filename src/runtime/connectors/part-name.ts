/**
 * The name of one part file: operator, generation, subtask, number. It owns that no two parts are ever named alike (see
 * transaction-id.ts for why these four), and that sorted names keep the order of each subtask's parts.
 */
export interface PartName {
  readonly generation: number;
  readonly subtask: number;
  readonly number: number;
}

export function partName(operator: string, { generation, subtask, number }: PartName, extension: string): string {
  const digits = [generation, subtask, number].map(part => String(part).padStart(6, "0"));
  return `${encodeURIComponent(operator)}-${digits.join("-")}.${extension}`;
}

/** Undefined for a name that is not one of this operator's. */
export function parsePartName(operator: string, name: string): PartName | undefined {
  const prefix = `${encodeURIComponent(operator)}-`;
  const match = name.startsWith(prefix) ? /^(\d+)-(\d+)-(\d+)\./.exec(name.slice(prefix.length)) : null;
  return match === null
    ? undefined
    : { generation: Number(match[1]), subtask: Number(match[2]), number: Number(match[3]) };
}
