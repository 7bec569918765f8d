/**
 * Notices real work that a turn has set going behind the fence: a file handle that was opened before, a native addon, a
 * function captured before the fence stood. Such work ends in a macrotask of its own, never inside a drain, so that
 * whoever awaits it would go on at a moment that no seed decides.
 *
 * Between two looks on one stretch of synchronous code no request can end, so any growth was started in between.
 * Not seen: work on the thread pool that Node does not list (asynchronous zlib and crypto), which the fence refuses by name.
 */
export class RealWork {
  #before: ReadonlyMap<string, number> = new Map();

  /** Takes what is going on now as not ours. */
  begin(): void {
    this.#before = requests();
  }

  /** Kinds of requests that were started since {@link begin}, as Node names them (`FSReqPromise`). */
  started(): string[] {
    const started: string[] = [];
    for (const [kind, count] of requests()) {
      if (count > (this.#before.get(kind) ?? 0)) started.push(kind);
    }
    return started;
  }
}

function requests(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of activeResources()) {
    if (!harmless.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

const activeResources: () => string[] = process.getActiveResourcesInfo.bind(process);

/** Console output and timers. */
const harmless: ReadonlySet<string> = new Set([
  "Timeout",
  "Immediate",
  "TTYWrap",
  "PipeWrap",
  "WriteWrap",
  "ShutdownWrap",
]);
