import type { Incarnation } from "../../kernel/process.ts";
import type { JournalEntry } from "../../kernel/journal.ts";
import type { ClassifiedFrame } from "../observation.ts";
import type { FrameClassifier, FrameStream } from "./frame-tap.ts";

/**
 * Messages in a recording: one entry when the last byte of a frame is written, one when it is handed to its receiver. It
 * owns their numbers, by which a reader joins the two; a network whose run is not recorded has no notes and reads nothing.
 */
export class MessageNotes {
  readonly #classifier: FrameClassifier;
  readonly #directions = new Map<object, Direction>();

  constructor(classifier: FrameClassifier) {
    this.#classifier = classifier;
  }

  /** `direction` is the same object at both ends. */
  sent(direction: object, bytes: Uint8Array, from: Incarnation, to: string): void {
    const known = this.#direction(direction);
    for (const frame of known.written(bytes))
      note(from, "message.send", frame, { to, message: `${known.id}.${++known.sent}` });
  }

  handed(direction: object, chunk: Uint8Array, from: string, to: Incarnation): void {
    const known = this.#direction(direction);
    for (const frame of known.read(chunk))
      note(to, "message.receive", frame, { from, message: `${known.id}.${++known.received}` });
  }

  #direction(key: object): Direction {
    const known = this.#directions.get(key);
    if (known !== undefined) return known;
    const made = {
      id: this.#directions.size + 1,
      written: this.#classifier(),
      read: this.#classifier(),
      sent: 0,
      received: 0,
    };
    this.#directions.set(key, made);
    return made;
  }
}

interface Direction {
  readonly id: number;
  readonly written: FrameStream;
  readonly read: FrameStream;
  sent: number;
  received: number;
}

function note(
  { kernel, role }: Incarnation,
  what: string,
  { type, method, call }: ClassifiedFrame,
  ends: NonNullable<JournalEntry["detail"]>,
): void {
  const atUs = kernel.nowUs;
  kernel.journal.note(() => ({ atUs, owner: role, what, detail: { method, type, call, ...ends } }));
}
