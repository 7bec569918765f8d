import { decode } from "./codec.ts";
import type { Frame } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

/**
 * Names the frames of one direction of one connection, for whoever watches the bytes: the simulated network, so that
 * faults and oracles can speak of "the acknowledgement of checkpoint 3". It decodes no body that nobody asks for.
 *
 * The result fits `ClassifiedFrame` of sim/observation.ts by its shape; neither side imports the other.
 */
export function frameClassifier(): (chunk: Uint8Array) => readonly NamedFrame[] {
  const reader = new FrameReader();
  return chunk => {
    const frames: NamedFrame[] = [];
    reader.push(chunk, frame => frames.push(new NamedFrame(frame)));
    return frames;
  };
}

export class NamedFrame {
  readonly #frame: Frame;
  #body: unknown;

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  get type(): Frame["type"] {
    return this.#frame.type;
  }

  get method(): string {
    return this.#frame.method;
  }

  get call(): number {
    return this.#frame.call;
  }

  /**
   * The value of a request, reply or fault; the bytes themselves of a data frame. Decoded once: every oracle that looks at
   * the frame is given the same value, and none may change it.
   */
  body(): unknown {
    return (this.#body ??= this.#frame.type === "data" ? this.#frame.body : decode(this.#frame.body));
  }
}
