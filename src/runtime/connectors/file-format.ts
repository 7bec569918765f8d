import type { WriteContext } from "../api/sink.ts";

/** How records become the bytes of a part file. */
export interface FileFormat<T> {
  /** Without the dot. */
  readonly extension: string;
  encode(record: T, context: WriteContext): string;
}

/** One JSON text a line: the record, or with `origin` the record and where it came from. */
export function jsonLines<T>(options: { readonly origin?: boolean } = {}): FileFormat<T> {
  return {
    extension: "jsonl",
    encode:
      options.origin === true
        ? (value, { origin }) => `${JSON.stringify({ value, origin })}\n`
        : value => `${JSON.stringify(value)}\n`,
  };
}
