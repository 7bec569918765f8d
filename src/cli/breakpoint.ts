import { open, url, waitForDebugger } from "node:inspector";
import type { JournalEntry } from "../kernel/journal.ts";
import { runProgram } from "../explore/own-process.ts";
import { Misuse } from "../explore/misuse.ts";

/**
 * `replay --inspect`: a debugger is waited for, and the run stops at one event, with the simulated process that reports it
 * on the stack. Time is virtual, so nothing in the run goes on while somebody thinks.
 *
 * An event is named by its number in `journal.jsonl`, or by what it is: `checkpoint.complete`, `checkpoint.complete:3` for the third.
 */
export function breakpointAt(text: string | undefined): (entry: JournalEntry, number: number) => void {
  const parts = /^(?:(\d+)|([a-z][a-z0-9.-]*)(?::(\d+))?)$/.exec(text ?? "1");
  if (parts === null) {
    throw new Misuse(
      `--at is "${text}"; the number of an event in journal.jsonl is expected, or what it is: checkpoint.complete, checkpoint.complete:3.`,
    );
  }
  const [, number, what, nth = "1"] = parts;
  let seen = 0;
  return (entry, index) => {
    if (entry.what === what) seen++;
    const here = what === undefined ? index === Number(number) : entry.what === what && seen === Number(nth);
    if (here) stopHere(entry);
  };
}

/** Step out of this function and the journal's to the code that reported `event`. */
function stopHere(event: JournalEntry): void {
  debugger;
  void event;
}

/** Opens the inspector, on the port where debuggers look for it or else on a free one, and waits until one is attached. */
export function openInspector(write: (text: string) => void): void {
  write("Waiting for a debugger: open chrome://inspect, or attach to the address below.\n");
  // Node prints the address itself, and that the port is taken.
  open(CUSTOMARY_PORT, "127.0.0.1");
  if (url() === undefined) open(0, "127.0.0.1");
  if (url() === undefined) throw new Misuse("The inspector could not be opened.");
  waitForDebugger();
}

/** Stack traces, too, are to name the sources: Node maps them only when it was started so. */
export function underSourceMaps(): boolean {
  return process.execArgv.includes(flag);
}

export function withSourceMaps(): Promise<number> {
  const [, script, ...args] = process.argv;
  return runProgram(script!, args, { nodeFlags: [flag] });
}

const flag = "--enable-source-maps";

/** Node's default, which chrome://inspect and editors list by themselves. */
const CUSTOMARY_PORT = 9229;
