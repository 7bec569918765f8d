/**
 * Watermark strategies: how event time is read from records and how far it has come. A generator lives in one source
 * subtask; a watermark of t says that records with a timestamp ≤ t are not expected any more.
 */
export interface WatermarkStrategy<T> {
  /** Stands in the graph hash. */
  readonly kind: string;
  /** Absent: the source's own timestamps are used. */
  readonly timestampOf?: (record: T) => number;
  createGenerator(): WatermarkGenerator;
}

export interface WatermarkGenerator {
  observe(timestampMs: number): void;
  /** Never falls; `-Infinity` while nothing is known. */
  currentMs(): number;
}

export const watermarks = {
  /** Event time does not advance until the end of the input. */
  none<T>(): WatermarkStrategy<T> {
    return { kind: "none", createGenerator: () => ({ observe: () => {}, currentMs: () => -Infinity }) };
  },
  /** Timestamps never fall within a source subtask. */
  monotonic<T>(timestampOf?: (record: T) => number): WatermarkStrategy<T> {
    return boundedBy("monotonic", 0, timestampOf);
  },
  /** A record is at most `delayMs` older than the newest before it. */
  boundedOutOfOrderness<T>(delayMs: number, timestampOf?: (record: T) => number): WatermarkStrategy<T> {
    if (!Number.isSafeInteger(delayMs) || delayMs < 0) {
      throw new Error(`boundedOutOfOrderness wants whole milliseconds, 0 or more; got ${delayMs}.`);
    }
    return boundedBy(`bounded-out-of-orderness/${delayMs}`, delayMs, timestampOf);
  },
} as const;

function boundedBy<T>(kind: string, delayMs: number, timestampOf?: (record: T) => number): WatermarkStrategy<T> {
  return {
    kind,
    ...(timestampOf === undefined ? {} : { timestampOf }),
    createGenerator: () => {
      let newestMs = -Infinity;
      return {
        observe: timestampMs => {
          if (timestampMs > newestMs) newestMs = timestampMs;
        },
        // One less: a record of exactly the newest timestamp may still follow.
        currentMs: () => newestMs - delayMs - 1,
      };
    },
  };
}
