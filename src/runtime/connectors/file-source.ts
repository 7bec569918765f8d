import { readFile } from "../../host/file.ts";
import type {
  EnumeratorContext,
  ReaderContext,
  Source,
  SourceOutput,
  SourceReader,
  SplitEnumerator,
} from "../api/source.ts";

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
  const parse = options.parse ?? ((line: string) => JSON.parse(line) as T);
  return {
    kind: "files",
    boundedness: "bounded",
    createEnumerator: (context, restored) => new FileEnumerator(context, paths, restored),
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

class FileEnumerator implements SplitEnumerator<FileSplit> {
  readonly #context: EnumeratorContext<FileSplit>;
  readonly #paths: readonly string[];
  readonly #assigned: Set<string>;

  constructor(context: EnumeratorContext<FileSplit>, paths: readonly string[], restored: unknown) {
    this.#context = context;
    this.#paths = paths;
    this.#assigned = new Set(restored as readonly string[] | undefined);
  }

  start(): void {}

  /** The i-th file belongs to subtask i mod parallelism. */
  addReader(subtask: number): void {
    const mine = this.#paths.filter(
      (path, i) => i % this.#context.parallelism === subtask && !this.#assigned.has(path),
    );
    for (const path of mine) this.#assigned.add(path);
    if (mine.length > 0)
      this.#context.assign(
        subtask,
        mine.map(path => ({ path, position: 0 })),
      );
    this.#context.noMoreSplits(subtask);
  }

  addSplitsBack(subtask: number, splits: readonly FileSplit[]): void {
    if (this.#context.readers().includes(subtask)) this.#context.assign(subtask, splits);
  }

  snapshotState(): readonly string[] {
    return [...this.#assigned];
  }

  close(): void {}
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
