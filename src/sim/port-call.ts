/**
 * Numbers by which the digest tells port calls and device events apart. The disk has numbers of its own from 64 on.
 * They are folded in every digest: a new one takes the next free number, and none is ever reused.
 */
export const portCall = {
  start: 1,
  timer: 2,
  emit: 3,
  exit: 4,
  listen: 8,
  connect: 9,
  write: 10,
  end: 11,
  reset: 12,
  pause: 13,
  resume: 14,
  handle: 15,
  stopListening: 16,
  /** Not a call: a segment was handed to the machine that it was sent to. */
  delivery: 32,
  /** Not a call: a process's life changed. */
  life: 33,
  /** Not a call: the bytes of a write, by their checksum. */
  message: 34,
  /** Not a call: the name of an emitted event. */
  event: 35,
  /** Not a call: a random number that a process drew. */
  random: 36,
} as const;
