import { fileURLToPath } from "node:url";

/**
 * The absolute path of the module that called the function which asks: a job travels by its module's path, and asking
 * the author to repeat what the stack knows would be one more thing to get wrong.
 *
 * `depth` counts frames above the caller of this function; 1 is the caller's caller.
 */
export function callerModule(depth: number): string {
  const lines = (new Error().stack ?? "").split("\n");
  const line = lines[depth + 2] ?? "";
  const location = /\(?((?:file:\/\/)?\/[^()]*?):\d+:\d+\)?$/.exec(line)?.[1];
  if (location === undefined)
    throw new Error("The calling module is not to be seen in the stack; is Error.stackTraceLimit below 10?");
  const plain = location.startsWith("file://") ? fileURLToPath(location.replace(/\?.*$/, "")) : location;
  return plain.replace(/\?.*$/, "");
}
