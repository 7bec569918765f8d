/** How the simulated network behaves without faults. Whole numbers. */
export interface NetSettings {
  /** One way, between two machines. */
  readonly latencyUs: number;
  /** At most this much is added to each segment, by the seed. */
  readonly jitterUs: number;
  /** A few segments are slow: how many of a thousand, and by how much. */
  readonly slowPerMille: number;
  readonly slowUs: number;
  /** One way, between two processes of one machine. */
  readonly loopbackLatencyUs: number;
  readonly bandwidthBytesPerMs: number;
  /** Bytes that wait before a link at most; a segment that finds the queue full is dropped and comes `retransmitUs` later. */
  readonly queueBytesMax: number;
  readonly retransmitUs: number;
  /** Bytes that a connection takes in one direction before its receiver has read any: both kernels' buffers together. */
  readonly windowBytes: number;
  /** `write` returns false when the process's own buffer holds more than this. */
  readonly highWaterBytes: number;
  readonly segmentBytesMax: number;
  /** Writes that are cut in two, of a thousand. */
  readonly splitPerMille: number;
  /** Reads that take all that has arrived as one chunk, of a thousand. */
  readonly mergePerMille: number;
  readonly connectTimeoutMs: number;
  /** A sender whose bytes are not acknowledged for this long gives the connection up. */
  readonly retransmitTimeoutMs: number;
}

export const defaultNetSettings: NetSettings = {
  latencyUs: 200,
  jitterUs: 100,
  slowPerMille: 5,
  slowUs: 3_000,
  loopbackLatencyUs: 15,
  // 1 Gbit/s.
  bandwidthBytesPerMs: 125_000,
  // A switch's share for one port; Linux waits at least 200 ms before it sends again.
  queueBytesMax: 512 * 1024,
  retransmitUs: 200_000,
  windowBytes: 64 * 1024,
  // What Node's streams use.
  highWaterBytes: 16 * 1024,
  segmentBytesMax: 16 * 1024,
  splitPerMille: 30,
  mergePerMille: 500,
  connectTimeoutMs: 3_000,
  // Linux gives up after about fifteen minutes; a cluster's own time-outs are far shorter, so that this one is rarely met.
  retransmitTimeoutMs: 60_000,
};
