import { portCall } from "../port-call.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { draw } from "../../kernel/random.ts";
import type { ByteSlab } from "./byte-slab.ts";
import { Fifo } from "./fifo.ts";
import type { GateWay } from "./frame-gate.ts";
import type { Link, LinkStream } from "./link.ts";
import type { NetEffect } from "./net-effect.ts";
import type { NetSettings } from "./net-settings.ts";
import { FIN, RESET, type Segment } from "./segment.ts";

/**
 * One direction of one connection: what its sender has queued, what is under way, and how much its receiver may still
 * be sent. It does not know what a segment means to either end (socket.ts).
 *
 * Order: segments arrive as they were sent, each once, at instants that strictly increase. This holds by construction:
 * an arrival event carries no segment, it delivers the first one under way.
 */
export class Stream implements LinkStream {
  /** Bytes written that wait in the sending process for the window to open. */
  queuedBytes = 0;
  readonly link: Link;
  readonly #kernel: Kernel;
  readonly #settings: NetSettings;
  readonly #slab: ByteSlab;
  /** The way that acknowledgements take. */
  readonly #back: Link;
  readonly #key: number;
  #sender!: StreamEnd;
  #receiver!: StreamEnd;
  #draws = 0;
  #writes = 0;
  readonly #queue = new Fifo<Segment>();
  readonly #underWay = new Fifo<Segment>();
  /** Bytes that were sent and that the receiving process has not read. */
  #unread = 0;
  /** Segments that were due while the link was blocked. */
  #waiting = 0;
  #sentAtUs = -1;
  #lastArrivalUs = 0;
  #lastDeliveryUs = -1;
  #windowOpenAsked = false;
  #acknowledgementAwaited = false;
  #severed = false;
  #gate: GateWay | undefined;
  /** The first segment under way was read by the gate. */
  #gated = false;
  #heldUntilUs = 0;
  #flips = 0;
  readonly #arrive = (): void => this.#onArrival();

  constructor(context: StreamContext, link: Link, back: Link, key: number) {
    this.#kernel = context.kernel;
    this.#settings = context.settings;
    this.#slab = context.slab;
    this.link = link;
    this.#back = back;
    this.#key = key;
  }

  join(sender: StreamEnd, receiver: StreamEnd): void {
    this.#sender = sender;
    this.#receiver = receiver;
    this.link.streams.add(this);
  }

  /** Its messages pass this gate, from the first byte on. */
  pass(gate: GateWay): void {
    this.#gate = gate;
  }

  /** Both ends are closed: no fault can reach it any more. What is under way still arrives, and is answered. */
  leave(): void {
    this.link.streams.delete(this);
  }

  /** Copies and sends the bytes, or queues what the window does not admit. False: too much is queued. */
  write(bytes: Uint8Array): boolean {
    if (this.#severed || bytes.length === 0) return true;
    const room = this.#queue.length === 0 ? this.#settings.windowBytes - this.#unread : 0;
    if (bytes.length <= room) {
      this.#send(bytes);
      return true;
    }
    const copy = this.#slab.copy(bytes);
    this.#foldMessage();
    this.#queue.push(copy);
    this.queuedBytes += copy.length;
    this.pump();
    return this.queuedBytes <= this.#settings.highWaterBytes;
  }

  /** FIN, behind whatever is queued. */
  end(): void {
    if (this.#queue.length > 0) this.#queue.push(FIN);
    else this.signal(FIN);
  }

  signal(signal: Segment): void {
    if (!this.#severed) this.#launch(signal);
  }

  /** Sends what the window admits; called when it may have opened. */
  pump(): void {
    const { windowBytes, segmentBytesMax } = this.#settings;
    for (;;) {
      const first = this.#queue.first();
      if (first === undefined) break;
      const room = Math.min(windowBytes - this.#unread, segmentBytesMax);
      if (room <= 0 && first !== FIN) return;
      if (first.length > room) {
        this.#queue.replaceFirst(first.subarray(room));
        this.#launchBytes(first.subarray(0, room));
        this.queuedBytes -= room;
      } else {
        this.#queue.shift();
        if (first === FIN) this.#launch(FIN);
        else this.#launchBytes(first);
        this.queuedBytes -= first.length;
      }
    }
    this.#sender.queueEmptied();
  }

  /** The receiving process has read that many bytes. True: its kernel must tell the sender that it may go on. */
  read(bytes: number): boolean {
    this.#unread -= bytes;
    if (this.#queue.length === 0 || this.#windowOpenAsked || this.#unread > this.#settings.windowBytes / 2)
      return false;
    this.#windowOpenAsked = true;
    return true;
  }

  windowOpened(): void {
    this.#windowOpenAsked = false;
    this.pump();
  }

  /** The sending process is gone, with what it had not yet handed to its kernel. */
  dropQueue(): void {
    this.#queue.truncate(0);
    this.queuedBytes = 0;
  }

  /** What the sending machine still had in its memory is lost with its power: some prefix is on the wire by now. */
  keepPrefix(): number {
    const before = this.#bytesUnderWay();
    this.#keep(draw(this.#key, this.#draws++) % (this.#underWay.length + 1));
    this.dropQueue();
    return before - this.#bytesUnderWay();
  }

  /** Nothing more is sent, not even a signal. */
  seal(): void {
    this.dropQueue();
    this.#severed = true;
  }

  go(): void {
    const { nowUs } = this.#kernel;
    for (let i = 1; i <= this.#waiting; i++) this.#kernel.at(nowUs + i, this.link.owner, this.#arrive);
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, nowUs + this.#waiting);
    this.#waiting = 0;
  }

  lose(): void {
    this.#keep(0);
  }

  sever(effect: NetEffect): void {
    if (this.#severed || (!this.#sender.open && !this.#receiver.open)) return;
    effect.reset(this.#kernel.nowUs);
    this.#sender.severed(effect);
  }

  /** This direction's share of a severed connection. */
  severHere(effect: NetEffect): void {
    effect.lost(this.queuedBytes + this.keepPrefix());
    this.#launch(RESET);
    this.seal();
  }

  #send(bytes: Uint8Array): void {
    const { segmentBytesMax, splitPerMille } = this.#settings;
    const { nowUs } = this.#kernel;
    const chance = draw(this.#key ^ SPLITS, this.#writes++);
    const split = ((chance >>> 16) * 1000) / 0x10000 < splitPerMille;
    // Writes of one instant travel together, as TCP's own buffer lets them, unless the seed parts them.
    if (this.#sentAtUs === nowUs && !split) {
      const tail = this.#underWay.last()!;
      if (tail.length > 0 && tail.length + bytes.length <= segmentBytesMax) {
        this.#underWay.replaceLast(this.#slab.append(tail, bytes));
        this.#foldMessage();
        this.#unread += bytes.length;
        return;
      }
    }
    const copy = this.#slab.copy(bytes);
    this.#foldMessage();
    if (split && copy.length > 1) {
      const at = 1 + ((chance & 0xffff) % (copy.length - 1));
      this.#launchInPieces(copy.subarray(0, at));
      this.#launchInPieces(copy.subarray(at));
    } else {
      this.#launchInPieces(copy);
    }
    this.#sentAtUs = nowUs;
  }

  /** The digest knows every message by the checksum that was made when it was copied. */
  #foldMessage(): void {
    const { journal, nowUs } = this.#kernel;
    journal.fold(portCall.message, nowUs, this.link.owner, this.#slab.checksum);
  }

  #launchInPieces(bytes: Uint8Array): void {
    const { segmentBytesMax } = this.#settings;
    if (bytes.length <= segmentBytesMax) return this.#launchBytes(bytes);
    for (let from = 0; from < bytes.length; from += segmentBytesMax) {
      this.#launchBytes(bytes.subarray(from, Math.min(bytes.length, from + segmentBytesMax)));
    }
  }

  #launchBytes(bytes: Uint8Array): void {
    this.#unread += bytes.length;
    this.#launch(bytes);
  }

  #launch(segment: Segment): void {
    this.#underWay.push(segment);
    this.#sentAtUs = -1;
    this.#schedule(this.link.arrivalUs(segment.length, draw(this.#key, this.#draws++)));
  }

  #schedule(arrivalUs: number): void {
    this.#lastArrivalUs = Math.max(arrivalUs, this.#lastArrivalUs + 1);
    this.#kernel.at(this.#lastArrivalUs, this.link.owner, this.#arrive);
  }

  #onArrival(): void {
    const { link } = this;
    const kernel = this.#kernel;
    // Segments may have been lost while this event was on its way.
    if (this.#waiting === this.#underWay.length) return;
    if (link.blocked) return this.#wait();
    if (kernel.nowUs === this.#lastDeliveryUs) return this.#schedule(kernel.nowUs + 1);
    if (this.#gate !== undefined && !this.#admitted(this.#gate)) return;
    this.#lastDeliveryUs = kernel.nowUs;
    let segment = this.#underWay.shift()!;
    this.#gated = false;
    kernel.journal.fold(portCall.delivery, kernel.nowUs, link.owner, segment.length);
    // Of what arrives at an end that is closed nobody reads a bit.
    if (link.corrupts && this.#receiver.open) segment = link.delivered(segment, draw(this.#key ^ FLIPS, this.#flips++));
    this.#receiver.receive(segment);
    if (this.#back.blocked && !this.#acknowledgementAwaited) this.#awaitAcknowledgement();
  }

  /** False: the first segment may not arrive now, or never. */
  #admitted(gate: GateWay): boolean {
    const { nowUs } = this.#kernel;
    if (!this.#gated) {
      this.#gated = true;
      const segment = this.#underWay.first()!;
      const trap = segment.length === 0 || !this.#receiver.open ? undefined : gate(segment);
      if (trap?.does.kind === "lose") {
        trap.effect.messageLost(nowUs);
        this.#keep(0);
        this.sever(trap.effect);
        return false;
      }
      if (trap !== undefined) {
        trap.effect.messageDelayed(nowUs);
        this.#heldUntilUs = nowUs + trap.does.byUs;
      }
    }
    if (nowUs >= this.#heldUntilUs) return true;
    this.#schedule(this.#heldUntilUs);
    return false;
  }

  #wait(): void {
    const { link } = this;
    let index = 0;
    let bytes = 0;
    for (const segment of this.#underWay) if (index++ === this.#waiting) bytes = segment.length;
    this.#waiting++;
    link.wait(this, bytes);
    if (this.#waiting === 1) this.#giveUpUnless(link, () => this.#waiting === 0);
  }

  /** It arrived, and the word that it did cannot come back: to its sender it is as lost as one that did not arrive. */
  #awaitAcknowledgement(): void {
    this.#acknowledgementAwaited = true;
    this.#giveUpUnless(this.#back, () => {
      this.#acknowledgementAwaited = false;
      return false;
    });
  }

  /** The sender gives up when the way is blocked without a break until the retransmission limit. */
  #giveUpUnless(way: Link, arrived: () => boolean): void {
    const { blockedSinceUs } = way;
    this.#kernel.at(this.#kernel.nowUs + this.#settings.retransmitTimeoutMs * 1000, this.link.owner, () => {
      const free = arrived() || !way.blocked || way.blockedSinceUs !== blockedSinceUs;
      if (!free && this.#sender.gaveUp()) way.gaveUp();
    });
  }

  #keep(segments: number): void {
    this.#underWay.truncate(segments);
    this.#waiting = Math.min(this.#waiting, segments);
    this.#sentAtUs = -1;
  }

  #bytesUnderWay(): number {
    let bytes = 0;
    for (const segment of this.#underWay) bytes += segment.length;
    return bytes;
  }
}

/** One end of a connection as its streams see it. */
export interface StreamEnd {
  readonly open: boolean;
  receive(segment: Segment): void;
  queueEmptied(): void;
  /** What it sent was not acknowledged for too long. False: it was closed anyway. */
  gaveUp(): boolean;
  severed(effect: NetEffect): void;
}

export interface StreamContext {
  readonly kernel: Kernel;
  readonly settings: NetSettings;
  readonly slab: ByteSlab;
}

const SPLITS = 0x5bd1e995;
const FLIPS = 0x1b873593;
