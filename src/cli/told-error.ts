import { relative } from "node:path";
import { CommanderError } from "commander";

/**
 * What a failing command says and with which code it ends: 2 for wrong usage, bad input and a real disk that refuses, in
 * one sentence without a stack trace; 3 for a defect of our own, with the stack, since somebody will have to look for it.
 */
export function exitCodeOf(error: unknown, write: (text: string) => void): number {
  // Commander has said it already; --help and --version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Error && error.name === "Misuse") {
    const { place } = error as { place?: string };
    write(`error: ${place === undefined ? "" : `${place}: `}${error.message}\n`);
    return 2;
  }
  const refusal = refusedByDisk(error);
  if (refusal !== undefined) {
    write(`error: ${refusal}\n`);
    return 2;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(`internal error: this is a defect of Millrace and not of your project.\n${stack}\n`);
  return 3;
}

/**
 * An error of the real disk that says something of the user's folders and nothing of us. A file that is missing is not
 * among them: who looks for one asks first whether it is there.
 */
function refusedByDisk(error: unknown): string | undefined {
  const { code = "", path } = error as NodeJS.ErrnoException;
  const reason = diskReasons[code];
  if (!(error instanceof Error) || reason === undefined || path === undefined) return undefined;
  return `${relative(process.cwd(), path) || "."}: ${reason} (${code}). Millrace has to read and write there; see to it, or name another place.`;
}

const diskReasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "this is not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EISDIR: "this is a folder, and a file is wanted",
  ENOTDIR: "a part of this path is a file, and a folder is wanted",
  EEXIST: "something else is there already",
  ENAMETOOLONG: "the name is too long",
};
