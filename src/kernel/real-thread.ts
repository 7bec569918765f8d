/**
 * The real thread that a run borrows: its macrotasks and its clock. Both are captured when this file is loaded and are
 * used between turns only. They cut a run into slices and decide nothing inside it.
 */
export const laterOnThread: (run: () => void) => void = setImmediate;

/** Real milliseconds, for the length of a slice. */
export const threadMs: () => number = performance.now.bind(performance);
