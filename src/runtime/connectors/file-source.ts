import { readFile } from "../../host/file.ts";
import type { ReaderContext, Source, SourceOutput, SourceReader } from "../api/source.ts";
import { FixedSplits } from "./fixed-splits.ts";

/**
 * Reads text files of the host's disk line by line, each line parsed. A split is a file; its position is the number of
 * lines that were read. Files must not change while the job lives. All workers of such a job share one machine.
 */
export function fileSource<T>(options: FileSourceOptions<T>): Source<T, FileSplit> {
  const paths = options.paths.map(uri => {
    const match = /^file:\/\/(\/.*[^/])$/.exec(uri);
    if (match === null) throw new Error(`fileSource reads file:///path; got ${JSON.stringify(uri)}.`);
    return match[1]!;
  });
  const twice = options.paths.find((uri, index) => options.paths.indexOf(uri) !== index);
  if (twice !== undefined) throw new Error(`fileSource is given ${twice} twice; a file is read once.`);
  const parse = options.parse ?? ((line: string) => JSON.parse(line) as T);
  return {
    kind: "files",
    boundedness: "bounded",
    createEnumerator: (context, restored) =>
      new FixedSplits(context, { names: paths, unread: (path): FileSplit => ({ path, position: 0 }), restored }),
    createReader: context => new FileReader(context, parse),
  };
}

export interface FileSourceOptions<T> {
  /** `file:///data/payments.jsonl`. */
  readonly paths: readonly string[];
  /** From one line without its end; JSON when absent. Must be pure. */
  readonly parse?: (line: string) => T;
}

export interface FileSplit {
  readonly path: string;
  /** Lines read so far. */
  readonly position: number;
}

/** A file is read whole when its split comes: input beyond memory wants several files, or the log. */
class FileReader<T> implements SourceReader<T, FileSplit> {
  readonly #context: ReaderContext;
  readonly #parse: (line: string) => T;
  readonly #splits: OpenSplit[] = [];
  #noMoreSplits = false;
  #closed = false;

  constructor(context: ReaderContext, parse: (line: string) => T) {
    this.#context = context;
    this.#parse = parse;
  }

  start(): void {}

  addSplits(splits: readonly FileSplit[]): void {
    for (const { path, position } of splits) {
      const state: OpenSplit = { path, position, lines: undefined };
      this.#splits.push(state);
      readFile(this.#context.host.disk, path).then(
        bytes => {
          state.lines = new TextDecoder()
            .decode(bytes)
            .split("\n")
            .filter(line => line !== "");
          if (!this.#closed) this.#context.available();
        },
        (error: unknown) => {
          if (!this.#closed) this.#context.fail(error);
        },
      );
    }
  }

  noMoreSplits(): void {
    this.#noMoreSplits = true;
    this.#context.available();
  }

  poll(output: SourceOutput<T>, recordsMax: number): "more" | "nothing" | "end" {
    let left = recordsMax;
    for (const state of this.#splits) {
      const lines = state.lines ?? [];
      for (; left > 0 && state.position < lines.length; left--) {
        output.emit(this.#parse(lines[state.position]!), undefined, { split: state.path, position: state.position });
        state.position++;
      }
    }
    if (this.#splits.some(({ lines, position }) => lines !== undefined && position < lines.length)) return "more";
    const allRead = this.#splits.every(({ lines }) => lines !== undefined);
    return this.#noMoreSplits && allRead ? "end" : "nothing";
  }

  snapshotState(): readonly FileSplit[] {
    return this.#splits.map(({ path, position }) => ({ path, position }));
  }

  close(): void {
    this.#closed = true;
  }
}

interface OpenSplit {
  readonly path: string;
  position: number;
  /** Undefined while the file is being read. */
  lines: readonly string[] | undefined;
}
