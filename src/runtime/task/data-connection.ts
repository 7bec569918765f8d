import type { Connection } from "../../host/net.ts";
import { encodeDataFrame, type Frame } from "../../rpc/frame.ts";
import { FrameReader } from "../../rpc/frame-reader.ts";

/**
 * One connection between the data planes of two workers, seen from either end. It owns framing and its end: bytes that do
 * not verify, frames that nobody understands, and the peer's FIN all end it, once, and it never comes back by itself.
 */
export class DataConnection {
  readonly #connection: Connection;
  readonly #reader = new FrameReader();
  readonly #lost: () => void;
  #closed = false;

  /** `receive` throws when a frame is not understood. */
  constructor(connection: Connection, receive: (frame: Frame) => void, lost: () => void) {
    this.#connection = connection;
    this.#lost = lost;
    connection.handle({
      data: chunk => this.#read(chunk, receive),
      ended: () => this.fail(),
      closed: () => this.fail(),
    });
  }

  send(method: string, channel: number, payload: Uint8Array): void {
    if (!this.#closed) this.#connection.write(encodeDataFrame(method, channel, payload));
  }

  /** Ends it behind what was sent; `lost` is not called any more. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.end();
  }

  /** Resets the connection and says that it is lost. */
  fail(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.reset();
    this.#lost();
  }

  #read(chunk: Uint8Array, receive: (frame: Frame) => void): void {
    if (this.#closed) return;
    const verified = this.#reader.push(chunk, frame => {
      if (this.#closed) return;
      try {
        receive(frame);
      } catch (error) {
        if (!isWireFault(error)) throw error;
        this.fail();
      }
    });
    if (!verified) this.fail();
  }
}

function isWireFault(error: unknown): boolean {
  return error instanceof Error && (error.name === "WireError" || error.name === "CodecError");
}
