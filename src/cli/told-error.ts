import { CommanderError } from "commander";

/**
 * What a failing command says and with which code it ends: 2 for wrong usage and bad input, in one sentence without a
 * stack trace; 3 for a defect of our own, with the stack, since somebody will have to look for it.
 */
export function exitCodeOf(error: unknown, write: (text: string) => void): number {
  // Commander has said it already; --help and --version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Error && error.name === "Misuse") {
    const { place } = error as { place?: string };
    write(`error: ${place === undefined ? "" : `${place}: `}${error.message}\n`);
    return 2;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(`internal error: this is a defect of Millrace and not of your project.\n${stack}\n`);
  return 3;
}
