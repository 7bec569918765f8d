import type { ClassifiedFrame } from "../observation.ts";
import type { FrameClassifier, FrameStream } from "./frame-tap.ts";
import type { NetEffect } from "./net-effect.ts";

/**
 * Faults of single messages, by their kind and by who sends them to whom. It owns which message is met by which fault;
 * what then happens to the connection is stream.ts's. A site without such a fault has no gate and reads no frame.
 *
 * A message is met when the segment that completes it reaches the machine of its receiver: whole, and not yet read.
 */
export class FrameGate {
  readonly #classifier: FrameClassifier;
  readonly #traps: FrameTrap[] = [];

  constructor(classifier: FrameClassifier) {
    this.#classifier = classifier;
  }

  /** Sets a trap until the returned cure. */
  set(trap: FrameTrap): () => void {
    this.#traps.push(trap);
    return () => {
      const index = this.#traps.indexOf(trap);
      if (index >= 0) this.#traps.splice(index, 1);
    };
  }

  /** One direction of one connection. */
  way(from: string, to: string): GateWay {
    const frames: FrameStream = this.#classifier();
    let unread: Uint8Array[] = [];
    return segment => {
      // While nothing is set nobody asks what a message is; where it ends is told by those before it.
      if (!this.#traps.some(({ left }) => left > 0)) {
        unread.push(segment);
        return undefined;
      }
      for (const earlier of unread) frames(earlier);
      unread = [];
      let met: FrameTrap | undefined;
      for (const frame of frames(segment)) {
        const trap = this.#traps.find(one => one.left > 0 && one.catches(frame, from, to));
        // One trap meets a segment: another that would catch what is behind in it waits for the next.
        if (trap === undefined || (met !== undefined && met !== trap)) continue;
        trap.left--;
        met = trap;
      }
      return met;
    };
  }
}

/** `lose`: the connection is reset before the message is delivered. `delay`: it, and all behind it, arrives later. */
export interface FrameTrap {
  /** Messages that it may still catch. */
  left: number;
  readonly does: { readonly kind: "lose" } | { readonly kind: "delay"; readonly byUs: number };
  readonly effect: NetEffect;
  catches(frame: ClassifiedFrame, from: string, to: string): boolean;
}

/** Reads each segment of its direction once, in order; the trap of the first message that is met. */
export type GateWay = (segment: Uint8Array) => FrameTrap | undefined;
