/**
 * What a command prints on standard output: its results, and nothing else. It owns that stream; text for people goes to
 * standard error (reporters.ts).
 *
 * A job's modules print what they like. While a command plays them, their standard output is our standard error, so that
 * `--json` stays one document. A reader who has gone away (`| head -1`) ends no command: what it does besides printing is
 * done, and its exit code holds.
 */
const nativeWrite = process.stdout.write.bind(process.stdout);

export function writeResult(text: string): void {
  nativeWrite(text);
}

/** From now on everybody else's standard output is standard error. */
export function reserveResults(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}

/** Without it, a broken pipe is an error that nobody catches. */
export function outliveReaders(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (isGone(error)) return;
    process.stderr.write(`error: standard output cannot be written (${error.code ?? error.message}).\n`);
    process.exit(2);
  });
  // There is nobody left to be told.
  process.stderr.on("error", () => undefined);
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED";
}
