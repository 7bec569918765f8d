/**
 * What travels in one direction of a connection, in order: bytes, and the signals of TCP between them. A signal is an
 * empty array that is told by its identity, so that a queue of segments holds one kind of thing.
 */
export type Segment = Uint8Array;

export const SYN: Segment = new Uint8Array(0);
export const SYN_ACK: Segment = new Uint8Array(0);
export const FIN: Segment = new Uint8Array(0);
export const RESET: Segment = new Uint8Array(0);
/** The receiver has read enough for a blocked sender to go on. */
export const WINDOW_OPEN: Segment = new Uint8Array(0);
