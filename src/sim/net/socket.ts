import type { Connection, ConnectionHandlers, NetErrorCode } from "../../host/net.ts";
import type { Ticket } from "../../kernel/agenda.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { draw } from "../../kernel/random.ts";
import { portCall } from "../port-call.ts";
import { Fifo } from "./fifo.ts";
import type { FrameStream, FrameTap } from "./frame-tap.ts";
import type { MessageNotes } from "./message-notes.ts";
import type { NetEffect } from "./net-effect.ts";
import type { NetSettings } from "./net-settings.ts";
import { FIN, RESET, SYN, SYN_ACK, WINDOW_OPEN, type Segment } from "./segment.ts";
import type { Stream, StreamEnd } from "./stream.ts";

/**
 * One end of a connection. It owns what the machine's kernel knows of it (its state, what has arrived and was not
 * read) and what the process may do with it. The way of the bytes belongs to stream.ts.
 *
 * Arrivals are the kernel's and happen whatever the process does; the process is told in turns, in the order of arrival,
 * and only while it reads. `closed` comes once, last.
 */
export class Socket implements Connection, StreamEnd {
  readonly peer: string;
  /** The role at the other end. */
  readonly #peerRole: string;
  readonly #context: SocketContext;
  readonly #outgoing: Stream;
  readonly #incoming: Stream;
  readonly #key: number;
  readonly #connection: number;
  #state: SocketState = { kind: "awaiting-syn" };
  #owner: SocketOwner | undefined;
  #incarnation!: Incarnation;
  #handlers: ConnectionHandlers | undefined;
  #frames: FrameStream | undefined;
  #reading = true;
  readonly #arrived = new Fifo<Segment>();
  #resetArrived = false;
  /** The peer had ended, and bytes were still queued, when the reset arrived. */
  #resetMetWrite = false;
  #turnsAsked = 0;
  #reads = 0;
  #finSent = false;
  #finReceived = false;
  #wantsDrained = false;
  readonly #read = (): void => this.#onTurn();

  constructor(context: SocketContext, end: SocketEnd) {
    this.#context = context;
    this.peer = end.peer;
    this.#peerRole = end.peerRole;
    this.#outgoing = end.outgoing;
    this.#incoming = end.incoming;
    this.#key = end.key;
    this.#connection = end.connection;
  }

  // What the process calls.

  write(bytes: Uint8Array): boolean {
    if (!this.#incarnation.enter(portCall.write)) return true;
    if (this.#state.kind !== "open" || this.#finSent) return true;
    if (this.#resetArrived) {
      this.#close("reset");
      return true;
    }
    this.#context.notes?.sent(this.#outgoing, bytes, this.#incarnation, this.#peerRole);
    const room = this.#outgoing.write(bytes);
    if (!room) this.#wantsDrained = true;
    return room;
  }

  /** Whether a process may use it: a fault that ends it changes something. */
  get open(): boolean {
    return this.#state.kind === "open" || this.#state.kind === "connecting";
  }

  get bufferedBytes(): number {
    return this.#outgoing.queuedBytes;
  }

  end(): void {
    if (!this.#incarnation.enter(portCall.end) || this.#state.kind !== "open" || this.#finSent) return;
    this.#finSent = true;
    this.#outgoing.end();
    if (this.#outgoing.queuedBytes === 0) this.#closeIfBothEnded();
  }

  reset(): void {
    if (!this.#incarnation.enter(portCall.reset) || this.#state.kind !== "open") return;
    this.#sendReset();
    this.#close("reset");
  }

  pause(): void {
    if (this.#incarnation.enter(portCall.pause)) this.#reading = false;
  }

  resume(): void {
    if (!this.#incarnation.enter(portCall.resume) || this.#reading) return;
    this.#reading = true;
    this.#askTurn();
  }

  handle(handlers: ConnectionHandlers): void {
    if (!this.#incarnation.enter(portCall.handle)) return;
    this.#handlers = handlers;
    if (this.#state.kind === "closed") this.#tellClosed(this.#state.how);
    else this.#askTurn();
  }

  // What its machine does.

  /** The connecting end: its handshake is under way. */
  dial(owner: SocketOwner, dialing: Dialing): void {
    this.#adopt(owner);
    this.#state = { kind: "connecting", dialing };
    this.#outgoing.signal(SYN);
  }

  /** The process at this end is gone; its kernel still delivers what it had accepted. */
  orphan(): void {
    const { kind } = this.#state;
    if (kind === "connecting") this.#forget();
    if (kind !== "open") return;
    const finWaits = this.#finSent && this.#outgoing.queuedBytes > 0;
    this.#outgoing.dropQueue();
    if (this.#arrived.length > 0) {
      this.#sendReset();
      this.#forget();
    } else {
      if (!this.#finSent || finWaits) this.#outgoing.signal(FIN);
      if (this.#finReceived) this.#forget();
      else this.#state = { kind: "orphaned" };
    }
  }

  /** The machine at this end has lost power. */
  powerLost(): void {
    this.#outgoing.keepPrefix();
    this.#forget();
  }

  receive(segment: Segment): void {
    switch (this.#state.kind) {
      case "open":
        return this.#onSegment(segment);
      case "connecting":
        return this.#onAnswer(segment, this.#state.dialing);
      case "awaiting-syn":
        return this.#onSyn(segment);
      case "orphaned":
        if (segment === WINDOW_OPEN) return;
        if (segment.length > 0) this.#sendReset();
        return this.#forget();
      case "closed":
        if (segment.length > 0 || segment === SYN_ACK) this.#sendReset();
        return;
    }
  }

  queueEmptied(): void {
    if (this.#state.kind !== "open") return;
    if (this.#finSent) this.#closeIfBothEnded();
    else if (this.#wantsDrained) {
      this.#wantsDrained = false;
      this.#incarnation.turn(() => {
        if (this.#state.kind === "open") this.#handlers?.drained?.();
      });
    }
  }

  gaveUp(): boolean {
    if (this.#state.kind === "closed" || this.#state.kind === "connecting") return false;
    this.#outgoing.lose();
    this.#outgoing.dropQueue();
    if (this.#state.kind === "open") this.#close("timed-out");
    else this.#forget();
    return true;
  }

  severed(effect: NetEffect): void {
    this.#outgoing.severHere(effect);
    this.#incoming.severHere(effect);
  }

  /** The handshake took too long. */
  giveUpDialing(code: NetErrorCode): void {
    if (this.#state.kind !== "connecting") return;
    const { dialing } = this.#state;
    this.#outgoing.lose();
    this.#forget();
    this.#incarnation.turn(() => dialing.failed(code));
  }

  #adopt(owner: SocketOwner): void {
    this.#owner = owner;
    this.#incarnation = owner.incarnation;
    owner.sockets.add(this);
    this.#context.sockets.add(this);
  }

  #onSyn(segment: Segment): void {
    const acceptor = segment === SYN ? this.#context.acceptor() : undefined;
    if (acceptor === undefined) {
      this.#outgoing.signal(RESET);
      return this.#forget();
    }
    this.#adopt(acceptor.owner);
    this.#state = { kind: "open" };
    this.#frames = this.#context.tap?.stream();
    this.#outgoing.signal(SYN_ACK);
    this.#incarnation.turn(() => acceptor.accept(this));
  }

  #onAnswer(segment: Segment, dialing: Dialing): void {
    this.#context.kernel.cancel(dialing.timeout);
    if (segment === SYN_ACK) {
      this.#state = { kind: "open" };
      this.#frames = this.#context.tap?.stream();
      this.#incarnation.turn(() => dialing.connected(this));
    } else {
      this.#forget();
      this.#incarnation.turn(() => dialing.failed("refused"));
    }
  }

  #onSegment(segment: Segment): void {
    if (segment === WINDOW_OPEN) return this.#outgoing.windowOpened();
    if (this.#resetArrived) return;
    if (segment === RESET) {
      this.#resetArrived = true;
      const ended = this.#finReceived || this.#arrived.last() === FIN;
      this.#resetMetWrite = ended && this.#outgoing.queuedBytes > 0;
      this.#outgoing.seal();
      if (this.#resetMetWrite && !this.#reading) return this.#close("reset");
    }
    this.#arrived.push(segment);
    if (this.#reading && this.#handlers !== undefined) this.#ask();
  }

  #askTurn(): void {
    if (this.#reading && this.#turnsAsked === 0 && this.#arrived.length > 0) this.#ask();
  }

  #ask(): void {
    this.#turnsAsked++;
    this.#incarnation.turn(this.#read);
  }

  /** A turn of the process: one chunk, or one signal. */
  #onTurn(): void {
    this.#turnsAsked--;
    if (this.#state.kind !== "open" || !this.#reading) return;
    const segment = this.#arrived.shift();
    if (segment === undefined) return;
    if (segment.length > 0) {
      this.#hand(this.#arrived.length === 0 ? segment : this.#merged(segment));
    } else if (segment === FIN) {
      this.#finReceived = true;
      this.#handlers!.ended?.();
      if (this.#outgoing.queuedBytes === 0) this.#closeIfBothEnded();
    } else if (!this.#finReceived || this.#resetMetWrite) {
      this.#close("reset");
    }
    // Else: who has read the end reads no more, and meets the reset when it writes.
    this.#askTurn();
  }

  #hand(chunk: Uint8Array): void {
    if (this.#incoming.read(chunk.length)) this.#outgoing.signal(WINDOW_OPEN);
    if (this.#frames !== undefined) {
      this.#context.tap!.look(this.#frames, chunk, this.#connection, this.#peerRole, this.#incarnation);
    }
    this.#context.notes?.handed(this.#incoming, chunk, this.#peerRole, this.#incarnation);
    this.#handlers!.data(chunk);
  }

  /** Several segments wait: a read takes as many as its buffer holds, or, by the seed, one. */
  #merged(first: Uint8Array): Uint8Array {
    const { mergePerMille, segmentBytesMax } = this.#context.settings;
    if (draw(this.#key, this.#reads++) % 1000 >= mergePerMille) return first;
    const parts = [first];
    let bytes = first.length;
    for (let next = this.#arrived.first(); next !== undefined && next.length > 0; next = this.#arrived.first()) {
      bytes += next.length;
      if (bytes > segmentBytesMax) break;
      parts.push(this.#arrived.shift()!);
    }
    if (parts.length === 1) return first;
    const merged = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      merged.set(part, at);
      at += part.length;
    }
    return merged;
  }

  #closeIfBothEnded(): void {
    if (this.#finSent && this.#finReceived && this.#state.kind === "open") this.#close("ended");
  }

  #sendReset(): void {
    this.#outgoing.signal(RESET);
    this.#outgoing.seal();
  }

  #close(how: CloseReason): void {
    this.#forget(how);
    this.#tellClosed(how);
  }

  #tellClosed(how: CloseReason): void {
    const handlers = this.#handlers;
    if (handlers !== undefined) this.#incarnation.turn(() => handlers.closed(how));
  }

  /** Nothing of it is left but the answer to what still arrives. */
  #forget(how: CloseReason = "reset"): void {
    if (this.#state.kind === "connecting") this.#context.kernel.cancel(this.#state.dialing.timeout);
    this.#state = { kind: "closed", how };
    this.#arrived.truncate(0);
    this.#owner?.sockets.delete(this);
    this.#context.sockets.delete(this);
    this.#context.closed();
  }
}

export interface SocketEnd {
  readonly peer: string;
  readonly peerRole: string;
  readonly outgoing: Stream;
  readonly incoming: Stream;
  /** Of its own draws. */
  readonly key: number;
  /** The same at both ends. */
  readonly connection: number;
}

/** What happens to the process that called `connect`. */
export interface Dialing {
  readonly timeout: Ticket;
  connected(socket: Socket): void;
  failed(code: NetErrorCode): void;
}

/** The process that a socket belongs to, with all that it has open. */
export interface SocketOwner {
  readonly incarnation: Incarnation;
  readonly sockets: Set<Socket>;
}

/** A process that listens where a connection wants to go. */
export interface Acceptor {
  readonly owner: SocketOwner;
  accept(connection: Connection): void;
}

/** What one end of a connection finds on its machine. */
export interface SocketContext {
  readonly kernel: Kernel;
  readonly settings: NetSettings;
  /** Every socket of the machine that a power loss would end. */
  readonly sockets: Set<Socket>;
  readonly tap: FrameTap | undefined;
  /** Of a recorded run. */
  readonly notes: MessageNotes | undefined;
  /** Who listens for this connection now. */
  acceptor(): Acceptor | undefined;
  /** This end is closed for good. */
  closed(): void;
}

type CloseReason = "ended" | "reset" | "timed-out";

type SocketState =
  | { readonly kind: "awaiting-syn" }
  | { readonly kind: "connecting"; readonly dialing: Dialing }
  | { readonly kind: "open" }
  /** The process is dead; its kernel sends what it had accepted. */
  | { readonly kind: "orphaned" }
  | { readonly kind: "closed"; readonly how: CloseReason };
