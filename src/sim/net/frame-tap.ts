import type { Incarnation } from "../../kernel/process.ts";
import type { ClassifiedFrame, FrameObservation } from "../observation.ts";

/** Makes the reader of one direction of one connection, which names the frames that each chunk completes. */
export type FrameClassifier = () => FrameStream;
export type FrameStream = (chunk: Uint8Array) => readonly ClassifiedFrame[];

/**
 * Tells subscribers of the frames that processes are handed. It owns the subscriptions; what a frame is, the classifier
 * knows. A network without subscribers has no tap and reads no frame.
 */
export class FrameTap {
  readonly #classifier: FrameClassifier;
  readonly #listeners = new Map<string, ((observation: FrameObservation) => void)[]>();

  constructor(classifier: FrameClassifier) {
    this.#classifier = classifier;
  }

  subscribe(methods: readonly string[], listener: (observation: FrameObservation) => void): void {
    for (const method of methods) {
      const known = this.#listeners.get(method);
      if (known === undefined) this.#listeners.set(method, [listener]);
      else known.push(listener);
    }
  }

  stream(): FrameStream {
    return this.#classifier();
  }

  /** A chunk of a connection is about to be handed to `to`. */
  look(stream: FrameStream, chunk: Uint8Array, connection: number, from: string, to: Incarnation): void {
    for (const frame of stream(chunk)) {
      const listeners = this.#listeners.get(frame.method);
      if (listeners === undefined) continue;
      const observation: FrameObservation = {
        kind: "frame",
        atUs: to.kernel.nowUs,
        from,
        to: to.role,
        toIncarnation: to.number,
        connection,
        frame,
      };
      for (const listener of listeners) listener(observation);
    }
  }
}
