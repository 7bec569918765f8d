import type { Kernel } from "../../kernel/kernel.ts";
import type { Cure, NetEffect } from "./net-effect.ts";
import type { NetSettings } from "./net-settings.ts";

/**
 * The way from one machine to another: how long a segment takes, what is in its way, and who waits because of that.
 * It owns latency, bandwidth and the faults of the way; what travels, and its order, belongs to stream.ts.
 *
 * A blocked link delivers nothing: whatever is due waits, and arrives after the block in its old order. Faults are
 * counted, not set, so that overlapping ones each end on their own.
 */
export class Link {
  readonly from: LinkEnd;
  readonly to: LinkEnd;
  /** By which its deliveries are tied and journalled. */
  readonly owner: number;
  /** Nothing is delivered now: held, cut, or the machine at its end has no power. */
  blocked = false;
  /** When the present block began. */
  blockedSinceUs = 0;
  /** One direction of each connection that lives on this link, oldest first. */
  readonly streams = new Set<LinkStream>();
  readonly #kernel: Kernel;
  readonly #settings: NetSettings;
  readonly #latencyUs: number;
  readonly #holds: NetEffect[] = [];
  readonly #cuts: NetEffect[] = [];
  readonly #delays: Delay[] = [];
  readonly #corruptions: Corruption[] = [];
  readonly #waiting = new Set<LinkStream>();
  #busyUntilUs = 0;

  constructor(kernel: Kernel, settings: NetSettings, from: LinkEnd, to: LinkEnd) {
    this.#kernel = kernel;
    this.#settings = settings;
    this.from = from;
    this.to = to;
    this.owner = kernel.owner(`net/${from.name}>${to.name}`);
    this.#latencyUs = from === to ? settings.loopbackLatencyUs : settings.latencyUs;
    this.update();
  }

  /** When a segment that is sent now arrives; `drawn` are 32 random bits of the stream's own. */
  arrivalUs(bytes: number, drawn: number): number {
    const { jitterUs, slowPerMille, slowUs, bandwidthBytesPerMs, queueBytesMax, retransmitUs } = this.#settings;
    const { nowUs } = this.#kernel;
    const startUs = Math.max(this.#busyUntilUs, nowUs);
    let arrivalUs: number;
    if (startUs > nowUs && Math.floor(((startUs - nowUs) * bandwidthBytesPerMs) / 1000) + bytes > queueBytesMax) {
      // The queue before the link is full: the segment is dropped, and sent again when its sender misses it.
      arrivalUs = startUs + retransmitUs + this.#latencyUs;
    } else {
      this.#busyUntilUs = startUs + Math.floor((bytes * 1000) / bandwidthBytesPerMs);
      arrivalUs = this.#busyUntilUs + this.#latencyUs;
    }
    if (this.from !== this.to) {
      arrivalUs += Math.floor(((drawn & 0xffff) * (jitterUs + 1)) / 0x10000);
      if (((drawn >>> 16) * 1000) / 0x10000 < slowPerMille) arrivalUs += slowUs;
    }
    return this.#delays.length === 0 ? arrivalUs : arrivalUs + this.#delayUs();
  }

  /** Without jitter: what a signal of the machines themselves takes. */
  get latencyUs(): number {
    return this.#latencyUs;
  }

  /** A segment of `stream` is due and may not arrive. */
  wait(stream: LinkStream, bytes: number): void {
    for (const effects of [this.#holds, this.#cuts]) {
      for (const effect of effects) effect.held(this.#kernel.nowUs, bytes);
    }
    // It was under way when the power went: nobody is left who would send it again.
    if (this.#cuts.length > 0 && !this.from.powered) stream.lose();
    else this.#waiting.add(stream);
  }

  /** The faults that hold back what waits here are told of a connection that gave up. */
  gaveUp(): void {
    for (const effect of [...this.#holds, ...this.#cuts]) effect.timedOut(this.#kernel.nowUs);
  }

  /** Clog: nothing arrives until the cure, then everything in a burst, in order. */
  hold(effect: NetEffect): Cure {
    return this.#apply(this.#holds, effect);
  }

  /** Partition: as a hold, but what waits is with its sender, and is lost when that machine loses power. */
  cut(effect: NetEffect): Cure {
    return this.#apply(this.#cuts, effect);
  }

  /** Segments sent until the cure, at most `segmentsMax` of them, take that much longer. */
  delay(extraUs: number, effect: NetEffect, segmentsMax = Number.MAX_SAFE_INTEGER): Cure {
    return this.#apply(this.#delays, { extraUs, left: segmentsMax, effect });
  }

  /** Of the next `segmentsMax` segments with bytes that arrive before the cure, each has one bit flipped. */
  corrupt(segmentsMax: number, effect: NetEffect): Cure {
    return this.#apply(this.#corruptions, { left: segmentsMax, effect });
  }

  /** The segment as it arrives: itself, or a copy with a flipped bit; `drawn` are 32 random bits. */
  delivered(segment: Uint8Array, drawn: number): Uint8Array {
    const corruption = this.#corruptions.find(({ left }) => left > 0);
    if (corruption === undefined || segment.length === 0) return segment;
    corruption.left--;
    corruption.effect.corrupted(this.#kernel.nowUs);
    const flipped = segment.slice();
    flipped[(drawn >>> 3) % flipped.length]! ^= 1 << (drawn & 7);
    return flipped;
  }

  get corrupts(): boolean {
    return this.#corruptions.length > 0;
  }

  /** The machine at the sending end has no power any more: what still waits for a cut to heal was in its memory. */
  senderLostPower(): void {
    if (this.#cuts.length === 0) return;
    for (const stream of this.#waiting) stream.lose();
    this.#waiting.clear();
  }

  /** The power of the machine at the receiving end, or a fault, has changed. */
  update(): void {
    const blocked = this.#holds.length > 0 || this.#cuts.length > 0 || !this.to.powered;
    if (blocked === this.blocked) return;
    this.blocked = blocked;
    if (blocked) this.blockedSinceUs = this.#kernel.nowUs;
    else this.#release();
  }

  #apply<T>(faults: T[], fault: T): Cure {
    faults.push(fault);
    this.update();
    return () => {
      const index = faults.indexOf(fault);
      if (index < 0) return;
      faults.splice(index, 1);
      this.update();
    };
  }

  #release(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const stream of waiting) stream.go();
  }

  #delayUs(): number {
    let extraUs = 0;
    for (const delay of this.#delays) {
      if (delay.left === 0) continue;
      delay.left--;
      delay.effect.delayed(this.#kernel.nowUs);
      extraUs += delay.extraUs;
    }
    return extraUs;
  }
}

/** A machine as its links see it. */
export interface LinkEnd {
  readonly name: string;
  readonly powered: boolean;
}

/** One direction of a connection as its link sees it. */
export interface LinkStream {
  /** What was due and waited may arrive. */
  go(): void;
  /** What waits is lost. */
  lose(): void;
  /** Kills the connection, as a box between the machines would: each end gets some prefix of what was under way. */
  sever(effect: NetEffect): void;
}

interface Delay {
  readonly extraUs: number;
  left: number;
  readonly effect: NetEffect;
}

interface Corruption {
  left: number;
  readonly effect: NetEffect;
}
