import type { Socket } from "node:net";
import type { Connection, ConnectionHandlers } from "../net.ts";

/**
 * One TCP connection behind the port. It owns the translation of a socket's events: FIN is `ended`, an error is
 * `closed("reset")` or `closed("timed-out")`, and both FINs are `closed("ended")`. After `closed` nothing follows.
 */
export class NodeConnection implements Connection {
  readonly peer: string;
  readonly #socket: Socket;
  #handlers: ConnectionHandlers | undefined;
  /** The process pauses, or has not asked for its bytes yet. */
  #paused = false;
  #ending = false;
  #peerEnded = false;
  #how: "ended" | "reset" | "timed-out" = "ended";
  #closed = false;

  constructor(socket: Socket, peer: string) {
    this.#socket = socket;
    this.peer = peer;
    socket.on(
      "error",
      error => (this.#how = (error as NodeJS.ErrnoException).code === "ETIMEDOUT" ? "timed-out" : "reset"),
    );
    socket.on("end", () => (this.#peerEnded = true));
    socket.on("close", () => this.#close());
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ending || this.#closed) return true;
    // Node keeps the array until it is sent; the port lets the caller reuse it at once.
    return bytes.length === 0 || this.#socket.write(bytes.slice());
  }

  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#socket.end();
  }

  reset(): void {
    if (this.#closed) return;
    this.#how = "reset";
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#handlers !== undefined && !this.#closed) this.#socket.resume();
  }

  handle(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    const socket = this.#socket;
    // An end without bytes before it does not wait for a listener, as bytes do.
    if (this.#peerEnded) queueMicrotask(() => handlers.ended?.());
    if (this.#closed) {
      queueMicrotask(() => handlers.closed(this.#how));
      return;
    }
    socket.on("data", chunk => handlers.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    socket.on("end", () => handlers.ended?.());
    socket.on("drain", () => {
      if (!this.#closed) handlers.drained?.();
    });
    if (this.#paused) socket.pause();
  }

  #close(): void {
    this.#closed = true;
    if (!this.#peerEnded && this.#how === "ended") this.#how = "reset";
    this.#handlers?.closed(this.#how);
  }
}
