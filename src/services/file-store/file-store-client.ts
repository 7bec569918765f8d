import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { Body } from "../../rpc/body.ts";
import { RpcClient } from "../../rpc/rpc-client.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import { SilenceAlarm } from "../silence-alarm.ts";
import { placement } from "./placement.ts";

/**
 * The replicated file store as its users see it: immutable files, each on `replicas` of the nodes. It owns placement and
 * repair; durability on one node is the node's (storage-node.ts).
 *
 * Names are unique for ever, so that nobody writes other contents under a name that exists (a node that is asked to
 * refuses with the fault `different-contents`), or any under one that was removed (`removed`). What is acknowledged
 * lies on `replicas` nodes in bytes that survive a power loss; after a rejected put some nodes may hold the file, and
 * it may be put again.
 */
export class FileStoreClient {
  readonly #host: Host;
  readonly #rpc: RpcClient;
  readonly #nodes: readonly string[];
  readonly #replicas: number;
  /**
   * As many nodes as must know of a removal: any listing that is whole meets one of them, any put that is acknowledged,
   * and any read. Of n nodes with r replicas a listing hears n−r+1 and a put r, so it takes max(r, n−r+1).
   */
  readonly #knowing: number;
  readonly #rpcTimeoutMs: number;

  constructor(
    host: Host,
    options: { readonly nodes: readonly string[]; readonly replicas: number; readonly rpcTimeoutMs: number },
  ) {
    if (options.replicas < 1 || options.replicas > options.nodes.length) {
      throw new RangeError(
        `${options.replicas} replicas on ${options.nodes.length} nodes; from 1 to the number of nodes is possible.`,
      );
    }
    this.#host = host;
    this.#rpc = new RpcClient(host, { timeoutMs: options.rpcTimeoutMs, watch: new SilenceAlarm(host) });
    this.#nodes = options.nodes;
    this.#replicas = options.replicas;
    this.#knowing = Math.max(options.replicas, options.nodes.length - options.replicas + 1);
    this.#rpcTimeoutMs = options.rpcTimeoutMs;
  }

  /**
   * Puts the file on the first nodes of its placement; a node that is silent or fails is replaced by the next, around
   * and around, until enough have it or the time is up. `exists` says that a node had it before.
   */
  async put(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    const nodes = placement(path, this.#nodes);
    const deadlineMs = this.#host.clock.monotonic() + PUT_TIMEOUTS * this.#rpcTimeoutMs;
    const attempt: Put = {
      path,
      bytes,
      existed: false,
      carriedOutMax: 0,
      next: this.#replicas,
      nodes,
      busy: nodes.slice(0, this.#replicas),
      deadlineMs,
    };
    await Promise.all(nodes.slice(0, this.#replicas).map(node => this.#putReplica(attempt, node)));
    return attempt.existed ? "exists" : "created";
  }

  /**
   * Undefined only when every node says that it has no such file; a node that does not answer may have it. The fault
   * `rotten` says that every node has answered, and that none has it whole: asking again does not help.
   */
  async get(path: string): Promise<Uint8Array | undefined> {
    const order = placement(path, this.#nodes);
    // Every answer but `removed` says that the node knows of no removal.
    const unaware: string[] = [];
    const lacking: string[] = [];
    let rotten: RpcFault | undefined;
    let silence: RpcError | RpcFault | undefined;
    for (const node of order) {
      try {
        const reply = new Body(await this.#rpc.call(node, "store.get", { path }));
        const state = reply.oneOf("state", ["present", "absent", "rotten", "removed"]);
        if (state === "removed") return undefined;
        unaware.push(node);
        if (state === "present") {
          const bytes = reply.bytes("bytes");
          if (await this.#isRemoved(path, unaware)) return undefined;
          this.#repair(path, bytes, lacking);
          return bytes;
        }
        lacking.push(node);
        if (state === "rotten")
          rotten ??= new RpcFault("rotten", `${path}: what is left of it, at ${node}, is damaged`);
      } catch (error) {
        silence ??= asFailure(error);
      }
    }
    if (silence !== undefined) throw silence;
    if (rotten !== undefined) throw rotten;
    return undefined;
  }

  /** A path that does not exist is no error, and its name is used up. What is not gone may be asked for again. */
  async remove(paths: readonly string[]): Promise<Removal> {
    const answers = await Promise.all(this.#nodes.map(node => this.#removeReplicas(node, paths)));
    const known = answers.filter(answer => answer !== undefined).length >= this.#knowing;
    if (!known) return { left: paths, untold: [] };
    if (!answers.includes(undefined)) for (const node of this.#nodes) this.#rpc.send(node, "store.settle", { paths });
    return { left: [], untold: paths.filter(path => answers.some(answer => answer?.has(path) ?? true)) };
  }

  /** The union over nodes, sorted by code unit. Whole if it resolves: too few answers to see every file reject. */
  async list(prefix: string): Promise<string[]> {
    const outcomes = await Promise.allSettled(this.#nodes.map(node => this.#rpc.call(node, "store.list", { prefix })));
    const paths = new Set<string>();
    const removed = new Set<string>();
    let silent = 0;
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") {
        const reply = new Body(outcome.value);
        for (const path of reply.list("paths")) paths.add(String(path));
        for (const path of reply.list("removed")) removed.add(String(path));
      }
      // Any replicas−1 nodes may be missing: an acknowledged file is on one of the others.
      else if (++silent >= this.#replicas) throw outcome.reason;
    }
    return [...paths].filter(path => !removed.has(path)).sort();
  }

  close(): void {
    this.#rpc.close();
  }

  async #putReplica(put: Put, first: string): Promise<void> {
    let node = first;
    for (;;) {
      put.carriedOutMax++;
      try {
        const reply = new Body(await this.#rpc.call(node, "store.put", { path: put.path, bytes: put.bytes }));
        if (reply.oneOf("outcome", ["created", "exists"]) === "exists") put.existed = true;
        return;
      } catch (error) {
        const failure = asFailure(error);
        if (failure instanceof RpcError && failure.outcome === "did-not-happen") put.carriedOutMax--;
      }
      // A node that refuses at once must not be asked again at once.
      await pause(this.#host, RETRY_PAUSE_MS);
      // Looked at right before each call: once one replica is given up, none is asked for any more.
      if (this.#host.clock.monotonic() >= put.deadlineMs) {
        const outcome = put.carriedOutMax > 0 ? "unknown" : "did-not-happen";
        throw new RpcError(outcome, "timed-out", `store.put ${put.path}`);
      }
      node = nextNode(put, node);
    }
  }

  /** The paths that the node knows to be removed and could not take off its disk; undefined: it may know nothing. */
  async #removeReplicas(node: string, paths: readonly string[]): Promise<ReadonlySet<unknown> | undefined> {
    try {
      return new Set(new Body(await this.#rpc.call(node, "store.remove", { paths })).list("left"));
    } catch (error) {
      asFailure(error);
      return undefined;
    }
  }

  /**
   * Whether a node knows of a removal: those who know are so many that one of any n−knowing+1 does. As many are asked as
   * are missing beside the unaware, and the next when one is silent; rejects when too few have answered.
   */
  async #isRemoved(path: string, unaware: readonly string[]): Promise<boolean> {
    const missing = Math.max(0, this.#nodes.length - this.#knowing + 1 - unaware.length);
    const others = this.#nodes.filter(node => !unaware.includes(node));
    const spare = others.slice(missing);
    const ask = async (node: string): Promise<boolean> => {
      try {
        return new Body(await this.#rpc.call(node, "store.find", { path })).flag("removed");
      } catch (error) {
        const failure = asFailure(error);
        const next = spare.shift();
        if (next === undefined) throw failure;
        return ask(next);
      }
    };
    const words = await Promise.allSettled(others.slice(0, missing).map(ask));
    if (words.some(word => word.status === "fulfilled" && word.value)) return true;
    for (const word of words) if (word.status === "rejected") throw word.reason;
    return false;
  }

  /** Best effort, in the background: whoever reads next repairs what is still lacking. */
  #repair(path: string, bytes: Uint8Array, nodes: readonly string[]): void {
    for (const node of nodes)
      this.#rpc.call(node, "store.put", { path, bytes }).catch((error: unknown) => {
        if (!(error instanceof RpcFault && error.code === "removed")) asFailure(error);
      });
  }
}

/** What became of a removal. Without `left` and `untold` every replica is gone, durably. */
export interface Removal {
  /** Too few nodes know of it: a reader may still meet these. */
  readonly left: readonly string[];
  /** Nobody meets these any more, but a node that is away, or whose disk refuses, may hold a replica until it hears of it. */
  readonly untold: readonly string[];
}

/** One put in progress. No node is asked for two replicas at once: `busy` has those that are asked, or have it. */
interface Put {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly nodes: readonly string[];
  readonly busy: string[];
  readonly deadlineMs: number;
  next: number;
  existed: boolean;
  /** Calls, of all replicas, that were or may yet be carried out: what one replica's node has, the put has done. */
  carriedOutMax: number;
}

/** A put may wait for this many silent nodes in a row. */
const PUT_TIMEOUTS = 4;

const RETRY_PAUSE_MS = 20;

/** The next node that is not busy takes the place of `failed`; without one, `failed` is asked again. */
function nextNode(put: Put, failed: string): string {
  const { nodes, busy } = put;
  for (let i = 0; i < nodes.length; i++) {
    const candidate = nodes[put.next++ % nodes.length]!;
    if (busy.includes(candidate)) continue;
    busy[busy.indexOf(failed)] = candidate;
    return candidate;
  }
  return failed;
}

/** A node answers so when it is well and the caller is wrong: no other node would say anything else. */
const refusals: readonly string[] = ["different-contents", "removed"];

/** An answer of the network or of a node; anything else is a bug and goes on its way. */
function asFailure(error: unknown): RpcError | RpcFault {
  if (error instanceof RpcError || (error instanceof RpcFault && !refusals.includes(error.code))) return error;
  throw error;
}
