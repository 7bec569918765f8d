import type { Connection, NetErrorCode } from "../../host/net.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { drawKey, mix32, RandomStream } from "../../kernel/random.ts";
import type { FrameObservation } from "../observation.ts";
import { ByteSlab } from "./byte-slab.ts";
import { FrameGate } from "./frame-gate.ts";
import { FrameTap, type FrameClassifier } from "./frame-tap.ts";
import { MessageNotes } from "./message-notes.ts";
import { Link } from "./link.ts";
import type { Cure, NetEffect } from "./net-effect.ts";
import { defaultNetSettings, type NetSettings } from "./net-settings.ts";
import { NetStack } from "./net-stack.ts";
import { Socket, type SocketContext, type SocketOwner } from "./socket.ts";
import { Stream } from "./stream.ts";

/**
 * The network of a site: its machines' stacks, the links between them, and the faults that touch links. It owns how a
 * connection comes to be; what then happens on it belongs to stream.ts and socket.ts.
 *
 * Links are made when they are first used, so that a site of hundreds of machines costs what it talks.
 */
export class Network {
  readonly settings: NetSettings;
  readonly #kernel: Kernel;
  readonly #slab = new ByteSlab();
  readonly #classifier: FrameClassifier | undefined;
  readonly #stacks = new Map<string, NetStack>();
  readonly #dials = new Map<string, number>();
  #connections = 0;
  readonly #notes: MessageNotes | undefined;
  #tap: FrameTap | undefined;
  #gate: FrameGate | undefined;

  constructor(kernel: Kernel, options: NetworkOptions = {}) {
    this.#kernel = kernel;
    this.#classifier = options.classifier;
    if (kernel.journal.recording && options.classifier !== undefined)
      this.#notes = new MessageNotes(options.classifier);
    this.settings = { ...defaultNetSettings, ...chunking(kernel.seed), ...options.settings };
  }

  addStack(name: string): NetStack {
    const stack = new NetStack(name);
    this.#stacks.set(name, stack);
    return stack;
  }

  /** Observations of frames with these methods, made when a process is handed them; ask before the run. */
  observeFrames(methods: readonly string[], listener: (observation: FrameObservation) => void): void {
    if (this.#classifier === undefined)
      throw new Error("This network has no frame classifier: give it one to observe frames.");
    this.#tap ??= new FrameTap(this.#classifier);
    this.#tap.subscribe(methods, listener);
  }

  /** Where faults meet single messages. Ask before the run: a connection that was opened without it never passes it. */
  get gate(): FrameGate {
    if (this.#classifier === undefined)
      throw new Error("This network has no frame classifier: give it one to gate frames.");
    return (this.#gate ??= new FrameGate(this.#classifier));
  }

  /** The link from one machine to another, by their names. */
  link(from: string, to: string): Link {
    return this.#link(this.#stack(from), this.#stack(to));
  }

  /** Both directions between two machines. */
  between(a: string, b: string): readonly Link[] {
    return a === b ? [this.link(a, b)] : [this.link(a, b), this.link(b, a)];
  }

  /** All links that lead to and from a machine, its own loopback apart. */
  around(machine: string): readonly Link[] {
    return [...this.#stacks.keys()].filter(other => other !== machine).flatMap(other => this.between(machine, other));
  }

  /** See {@link Link.hold}. */
  hold(links: readonly Link[], effect: NetEffect): Cure {
    return together(links.map(link => link.hold(effect)));
  }

  /** See {@link Link.cut}. */
  cut(links: readonly Link[], effect: NetEffect): Cure {
    return together(links.map(link => link.cut(effect)));
  }

  /** See {@link Link.delay}. */
  delay(links: readonly Link[], extraUs: number, effect: NetEffect, segmentsMax?: number): Cure {
    return together(links.map(link => link.delay(extraUs, effect, segmentsMax)));
  }

  /** See {@link Link.corrupt}; the number is each link's own. */
  corrupt(links: readonly Link[], segmentsMax: number, effect: NetEffect): Cure {
    return together(links.map(link => link.corrupt(segmentsMax, effect)));
  }

  /** Kills every connection with a direction on one of these links; each end learns when the reset reaches it. */
  reset(links: readonly Link[], effect: NetEffect): void {
    for (const link of links) {
      for (const stream of [...link.streams]) stream.sever(effect);
    }
  }

  /** Opens a connection for a process; it has the socket when the handshake is through. */
  dial(owner: SocketOwner, call: Dial): void {
    const kernel = this.#kernel;
    const { from, to, address } = call;
    const key = this.#dialKey(owner.incarnation.role, address);
    const there = this.#link(from, to);
    const back = this.#link(to, from);
    const connection = ++this.#connections;
    const request = new Stream({ kernel, settings: this.settings, slab: this.#slab }, there, back, key);
    const response = new Stream({ kernel, settings: this.settings, slab: this.#slab }, back, there, mix32(key));
    const peerRole = roleOf(address);
    if (this.#gate !== undefined) {
      request.pass(this.#gate.way(owner.incarnation.role, peerRole));
      response.pass(this.#gate.way(peerRole, owner.incarnation.role));
    }
    let closedEnds = 0;
    const closed = (): void => {
      if (++closedEnds < 2) return;
      request.leave();
      response.leave();
    };
    const client = new Socket(this.#context(from, address, closed), {
      peer: address,
      peerRole,
      outgoing: request,
      incoming: response,
      key: mix32(key ^ 1),
      connection,
    });
    const server = new Socket(this.#context(to, address, closed), {
      peer: owner.incarnation.role,
      peerRole: owner.incarnation.role,
      outgoing: response,
      incoming: request,
      key: mix32(key ^ 2),
      connection,
    });
    request.join(client, server);
    response.join(server, client);
    const timeout = kernel.at(kernel.nowUs + this.settings.connectTimeoutMs * 1000, owner.incarnation.owner, () =>
      client.giveUpDialing(to.powered ? "timed-out" : "unreachable"),
    );
    client.dial(owner, { timeout, connected: call.connected, failed: call.failed });
  }

  #context(stack: NetStack, address: string, closed: () => void): SocketContext {
    return {
      kernel: this.#kernel,
      settings: this.settings,
      sockets: stack.sockets,
      tap: this.#tap,
      notes: this.#notes,
      acceptor: () => stack.listeners.get(address),
      closed,
    };
  }

  /** A key per connection: neither another pair's connections nor their number move its draws. */
  #dialKey(role: string, address: string): number {
    const name = `net/${role}>${address}`;
    const count = this.#dials.get(name) ?? 0;
    this.#dials.set(name, count + 1);
    return mix32(drawKey(this.#kernel.seed, name) + count);
  }

  #link(from: NetStack, to: NetStack): Link {
    const known = from.linksTo.get(to);
    if (known !== undefined) return known;
    const link = new Link(this.#kernel, this.settings, from, to);
    from.addLink(to, link);
    return link;
  }

  #stack(name: string): NetStack {
    const stack = this.#stacks.get(name);
    if (stack === undefined) {
      throw new Error(`Machine ${name} does not exist; this site has ${[...this.#stacks.keys()].join(", ")}.`);
    }
    return stack;
  }
}

export interface NetworkOptions {
  readonly settings?: Partial<NetSettings>;
  readonly classifier?: FrameClassifier;
}

export interface Dial {
  readonly from: NetStack;
  readonly to: NetStack;
  readonly address: string;
  connected(connection: Connection): void;
  failed(code: NetErrorCode): void;
}

/** `tm0` of `tm0:rpc`. */
export function roleOf(address: string): string {
  const colon = address.indexOf(":");
  return colon < 0 ? address : address.slice(0, colon);
}

/** Some networks deliver whole writes, others cut and join them all the time: the seed decides which this one is. */
function chunking(seed: string): Pick<NetSettings, "splitPerMille" | "mergePerMille"> {
  const draws = new RandomStream(seed, "net/chunking");
  return { splitPerMille: draws.pick([0, 0, 30, 300]), mergePerMille: draws.pick([0, 500, 1000]) };
}

function together(cures: readonly Cure[]): Cure {
  return () => {
    for (const cure of cures) cure();
  };
}
