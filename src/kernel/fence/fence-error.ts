import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { FencedProcess } from "./stage.ts";

/** What a simulated process gets for reaching into the real world: which call it was, and what to do instead. */
export class FenceError extends Error {
  override readonly name = "FenceError";
  /** `fs.readFileSync`, `fetch`, `WeakRef`. */
  readonly api: string;
  readonly remedy: string;

  constructor(api: string, remedy: string) {
    super(`${api} cannot be used inside a simulated process. ${remedy}`);
    this.api = api;
    this.remedy = remedy;
  }
}

/** Breaks the run, even where the caller swallows the error. A dead process runs out against a fence that only throws. */
export function refuse(process: FencedProcess, api: string, remedy: string): never {
  const stack = new Error().stack ?? "";
  // Node's module loader reads the file of an import() by the functions that the fence has wrapped.
  const error = moduleLoader.test(stack)
    ? new FenceError("import()", "Import what the job needs at the top of its module.")
    : new FenceError(api, remedy);
  if (process.alive) process.touched(`reached for the real world: ${error.api}${callSite(stack)}. ${error.remedy}`);
  throw error;
}

/** ` at jobs/balances.ts:12:5`: the first frame that is neither Node's nor the fence's, where there is one. */
export function callSite(stack: string): string {
  for (const line of stack.split("\n").slice(1)) {
    const place = /^ +at (?:.*\()?(?:async )?((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place === undefined || fenceFrame.test(place)) continue;
    const path = place.startsWith("file://") ? fileURLToPath(place) : place;
    return ` at ${relative(process.cwd(), path)}`;
  }
  return "";
}

const moduleLoader = /node:internal\/modules\/esm\//;
const fenceFrame = /\/kernel\/fence\/[a-z-]+\.[jt]s:/;
