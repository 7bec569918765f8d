import type { Socket } from "node:net";
import type { Connection, ConnectionHandlers } from "../net.ts";

/**
 * One TCP connection behind the port. It owns the translation of a socket's events: FIN is `ended`, an error is
 * `closed("reset")` or `closed("timed-out")`, and both FINs are `closed("ended")`. After `closed` nothing follows.
 *
 * A paused reader is told nothing of what arrives, neither bytes nor their end nor a reset, until it resumes; only a
 * write meets the reset before. Node's own pause lets an end and a reset pass, the latter before bytes that came first.
 */
export class NodeConnection implements Connection {
  readonly peer: string;
  readonly #socket: Socket;
  #handlers: ConnectionHandlers | undefined;
  /** What arrived while nobody read, in order. */
  readonly #held: Arrival[] = [];
  #heldBytes = 0;
  #paused = false;
  #tellingAsked = false;
  #ending = false;
  #peerEnded = false;
  #wantsDrained = false;
  #how: "ended" | "reset" | "timed-out" = "ended";
  /** The connection broke under a write, or this end has reset it: that is told even to one who does not read. */
  #broken = false;
  /** The socket is closed; whether that was told already is another matter. */
  #closed = false;
  #toldClosed = false;

  constructor(socket: Socket, peer: string) {
    this.#socket = socket;
    this.peer = peer;
    socket.on("error", error => {
      const { code, syscall } = error as NodeJS.ErrnoException;
      this.#how = code === "ETIMEDOUT" ? "timed-out" : "reset";
      this.#broken ||= syscall !== "read";
    });
    socket.on("data", chunk => this.#arrived(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    socket.on("end", () => {
      this.#peerEnded = true;
      this.#arrived("ended");
    });
    socket.on("drain", () => {
      if (!this.#wantsDrained || this.#closed) return;
      this.#wantsDrained = false;
      this.#handlers?.drained?.();
    });
    socket.on("close", () => this.#onClose());
  }

  get bufferedBytes(): number {
    return this.#closed ? 0 : this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ending || bytes.length === 0) return true;
    if (this.#closed) {
      this.#break();
      return true;
    }
    // Node keeps the array until it is sent; the port lets the caller reuse it at once.
    this.#socket.write(bytes.slice());
    // Node says "enough" of any large write, also of one that the machine has taken already.
    const room = this.#socket.writableLength <= this.#socket.writableHighWaterMark;
    if (!room) this.#wantsDrained = true;
    return room;
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (!this.#closed) this.#socket.end();
  }

  reset(): void {
    this.#how = "reset";
    if (this.#closed) return this.#break();
    this.#broken = true;
    this.#held.length = 0;
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#askTelling();
  }

  handle(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#askTelling();
  }

  get #reads(): boolean {
    return !this.#paused && this.#handlers !== undefined;
  }

  #arrived(arrival: Arrival): void {
    if (this.#reads && this.#held.length === 0) return this.#tell(arrival);
    this.#held.push(arrival);
    if (typeof arrival === "string") return;
    this.#heldBytes += arrival.length;
    if (this.#heldBytes >= HELD_BYTES_MAX) this.#socket.pause();
  }

  #onClose(): void {
    this.#closed = true;
    if (!this.#peerEnded && this.#how === "ended") this.#how = "reset";
    // The last of both ends needs no reader: the other one was read before.
    const bothEnded = this.#how === "ended" && this.#held.length === 0;
    if (this.#broken || bothEnded) this.#break();
    else this.#arrived("closed");
  }

  /** What arrived and was not read is lost with the connection. */
  #break(): void {
    if (this.#toldClosed) return;
    this.#broken = true;
    this.#held.splice(0, this.#held.length, "closed");
    this.#askTelling();
  }

  /** In a turn of its own, as everything is told. */
  #askTelling(): void {
    if (this.#tellingAsked || this.#held.length === 0) return;
    this.#tellingAsked = true;
    setImmediate(() => {
      this.#tellingAsked = false;
      this.#tellHeld();
    });
  }

  #tellHeld(): void {
    while (this.#held.length > 0 && this.#handlers !== undefined && (this.#reads || this.#broken))
      this.#tell(this.#held.shift()!);
    if (this.#held.length > 0) return;
    this.#heldBytes = 0;
    if (!this.#closed) this.#socket.resume();
  }

  #tell(arrival: Arrival): void {
    if (this.#toldClosed) return;
    if (arrival === "ended") this.#handlers!.ended?.();
    else if (arrival === "closed") {
      this.#toldClosed = true;
      this.#handlers!.closed(this.#how);
    } else this.#handlers!.data(arrival);
  }
}

type Arrival = Uint8Array | "ended" | "closed";

/** Of a reader that pauses, until the receive window fills; what a simulated machine's window is. */
const HELD_BYTES_MAX = 64 * 1024;
