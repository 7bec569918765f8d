import { DiskError } from "../../host/disk.ts";
import type { Host } from "../../host/host.ts";
import { Body } from "../../rpc/body.ts";
import { RpcClient } from "../../rpc/rpc-client.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import { placement } from "./placement.ts";
import type { Removals } from "./removals.ts";
import type { ReplicaFolder } from "./replica-folder.ts";

/**
 * What one storage node does unasked. Whenever it starts, and now and then, it asks its peers what they hold and what they
 * know to be removed, forgets what it should not have, and fetches what too few nodes hold. Now and then it looks at its
 * own disk, too, and fetches what is rotten there: a start has more urgent reads to serve. Of a removal that a node may not
 * have heard of it tells the others until they have (Cassandra's hints). Nobody leads. It owns that pass, and who takes
 * which file; what is on the disk is replica-folder.ts's.
 *
 * A peer counts by what it last said, until it has been silent for so long that it is taken for gone: then its replicas
 * are made good for elsewhere (as HDFS's name node does ten minutes after a node's last word).
 */
export class Replication {
  readonly #host: Host;
  readonly #folder: ReplicaFolder;
  readonly #removals: Removals;
  readonly #self: string;
  readonly #replicas: number;
  readonly #rpc: RpcClient;
  readonly #peers: readonly Peer[];
  #telling = false;
  /** The last file whose checksum was looked at. */
  #scrubbed = "";

  constructor(
    host: Host,
    parts: { readonly folder: ReplicaFolder; readonly removals: Removals },
    options: StorageRing,
  ) {
    this.#host = host;
    this.#folder = parts.folder;
    this.#removals = parts.removals;
    this.#self = options.address;
    this.#replicas = options.replicas;
    this.#rpc = new RpcClient(host, { timeoutMs: options.rpcTimeoutMs });
    const heardMs = host.clock.monotonic();
    this.#peers = options.nodes
      .filter(node => node !== options.address)
      .map(node => ({ node, heardMs, inventory: undefined }));
  }

  /** A node of a new cluster has nothing to catch up with. */
  begin(): void {
    if (this.#removals.catchingUp || this.#removals.size > 0 || this.#folder.size > 0) void this.#pass("of a start");
    else this.#after(PASS_MS, "whole");
  }

  /** A removal came: unless its author says soon that all nodes have it, they are told from here. */
  tellSoon(): void {
    if (this.#telling || this.#peers.length === 0) return;
    this.#telling = true;
    this.#host.timer(TELL_MS, () => void this.#tell());
  }

  async #tell(): Promise<void> {
    const paths = this.#removals.unsettled("");
    const listening = paths.length === 0 ? [] : this.#peers.filter(peer => !this.#isGone(peer));
    const told = await Promise.all(listening.map(peer => this.#call(peer, "store.remove", { paths })));
    this.#telling = false;
    if (told.includes(undefined)) return this.tellSoon();
    if (paths.length === 0 || listening.length < this.#peers.length) return;
    this.#removals.settle(paths);
    for (const { node } of this.#peers) this.#rpc.send(node, "store.settle", { paths });
  }

  #later(): void {
    const isNew = this.#peers.some(peer => peer.inventory === undefined && !this.#isGone(peer));
    if (this.#removals.catchingUp || isNew) this.#after(RETRY_MS, "of a start");
    else this.#after(PASS_MS, "whole");
  }

  #after(delayMs: number, pass: Pass): void {
    if (this.#peers.length > 0)
      this.#host.timer(delayMs + ((this.#host.random.uint32() % delayMs) >> 2), () => void this.#pass(pass));
  }

  async #pass(pass: Pass): Promise<void> {
    await Promise.all(this.#peers.map(peer => this.#ask(peer)));
    try {
      await this.#forget();
      if (this.#peers.every(peer => peer.inventory !== undefined || this.#isGone(peer))) {
        await this.#replicate();
        if (this.#removals.catchingUp) this.#removals.caughtUp();
      }
      if (pass === "whole") {
        await this.#folder.tidy();
        await this.#scrub();
      }
    } catch (error) {
      // The disk has its moments; what it refused is done in the next pass.
      if (!(error instanceof DiskError)) throw error;
    }
    this.#later();
  }

  async #ask(peer: Peer): Promise<void> {
    const reply = await this.#call(peer, "store.inventory", {});
    if (reply === undefined) return;
    const texts = (name: string) => new Set(reply.list(name).map(String));
    peer.inventory = { files: texts("files"), removed: texts("removed"), settled: texts("settled") };
  }

  /** Undefined: the peer does not answer, or refuses. */
  async #call(peer: Peer, method: string, body: object): Promise<Body | undefined> {
    try {
      const reply = new Body(await this.#rpc.call(peer.node, method, body));
      peer.heardMs = this.#host.clock.monotonic();
      return reply;
    } catch (error) {
      if (!(error instanceof RpcError || error instanceof RpcFault)) throw error;
      return undefined;
    }
  }

  /** What a peer knows to be removed is removed here, too. */
  async #forget(): Promise<void> {
    const inventories = this.#peers.flatMap(({ inventory }) => inventory ?? []);
    // Settled means that this node has known it once, and may have forgotten it since: only a replica makes it news.
    const news = inventories.flatMap(({ removed, settled }) => [
      ...[...removed].filter(path => !this.#removals.has(path)),
      ...[...settled].filter(path => this.#folder.holds(path) || this.#removals.catchingUp),
    ]);
    await this.#folder.remove([...news, ...this.#folder.doomed()]);
    this.#removals.collect();
    if (this.#removals.unsettled("").length > 0) this.tellSoon();
  }

  /** Of a file that too few hold, those take one more who come first in its placement. */
  async #replicate(): Promise<void> {
    const present = this.#peers.filter(peer => !this.#isGone(peer));
    const paths = new Set(present.flatMap(({ inventory }) => [...(inventory?.files ?? [])]));
    const nodes = [this.#self, ...this.#peers.map(({ node }) => node)];
    for (const path of paths) {
      if (this.#folder.holds(path) || this.#removals.has(path)) continue;
      const holders = present.filter(({ inventory }) => inventory?.files.has(path)).map(({ node }) => node);
      const lacking = this.#replicas - holders.length;
      if (lacking <= 0) continue;
      const able = new Set([this.#self, ...present.map(({ node }) => node)]);
      const takers = placement(path, nodes).filter(node => able.has(node) && !holders.includes(node));
      if (takers.slice(0, lacking).includes(this.#self)) await this.#fetch(path);
    }
  }

  /** Looks at the checksums of some files, the next ones in each pass, and fetches those that are rotten. */
  async #scrub(): Promise<void> {
    const files = this.#folder.list("");
    const next = files.filter(path => path > this.#scrubbed).slice(0, SCRUBBED_MAX);
    this.#scrubbed = next.length < SCRUBBED_MAX ? "" : next.at(-1)!;
    for (const path of next) if ((await this.#folder.get(path)) === "rotten") await this.#fetch(path);
  }

  /** From any peer that has it whole. */
  async #fetch(path: string): Promise<void> {
    for (const peer of this.#peers.filter(({ inventory }) => inventory?.files.has(path))) {
      const reply = await this.#call(peer, "store.get", { path });
      if (reply?.text("state") === "present") return void (await this.#folder.put(path, reply.bytes("bytes")));
    }
  }

  #isGone({ heardMs }: Peer): boolean {
    return this.#host.clock.monotonic() - heardMs >= GONE_MS;
  }
}

/** All nodes of the store, by their addresses; this one is among them. */
export interface StorageRing {
  readonly address: string;
  readonly nodes: readonly string[];
  readonly replicas: number;
  readonly rpcTimeoutMs: number;
}

/** That of a start, or of what a start has left undone, leaves the node's own disk alone. */
type Pass = "of a start" | "whole";

interface Peer {
  readonly node: string;
  /** When it last answered, or when this life began. */
  heardMs: number;
  inventory: Inventory | undefined;
}

interface Inventory {
  readonly files: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  readonly settled: ReadonlySet<string>;
}

/** The author of a removal has heard from all nodes by then, or will not. */
const TELL_MS = 500;
/** And up to a quarter more: nodes that started together do not ask together. */
const PASS_MS = 5_000;
/** Whoever has not heard its peers since it started does not wait for the next pass. */
const RETRY_MS = 200;
/** Three passes: longer than a restart, or a cut that heals. */
const GONE_MS = 15_000;
const SCRUBBED_MAX = 16;
