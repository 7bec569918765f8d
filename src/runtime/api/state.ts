/**
 * Keyed state as an author sees it. It always speaks of the key of the record (or timer) that is being processed, is
 * part of every checkpoint, and moves with its key when the job is rescaled. Values are plain data.
 */
export interface ValueState<T> {
  /** Undefined when the key has none. The object is the state's own: change it and call `update`. */
  value(): T | undefined;
  update(value: T): void;
  clear(): void;
}
