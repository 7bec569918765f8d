import type { Host } from "../../host/host.ts";
import { Body } from "../../rpc/body.ts";
import { RpcClient } from "../../rpc/rpc-client.ts";
import { LogWitness } from "../log-witness.ts";
import { SilenceAlarm } from "../silence-alarm.ts";

/**
 * The coordination service as its users see it: keys with revisions, one linearizable compare-and-set, and sessions
 * whose keys vanish with them. Revisions grow over the whole service and are never reused, so the revision of a lock
 * key is a fencing token.
 *
 * Nothing is retried here. After an RpcError with outcome `unknown` a change may have been applied, or be applied
 * later: read the key back before concluding anything.
 */
export class CoordinationClient {
  readonly #rpc: RpcClient;
  readonly #address: string;
  readonly #witness = new LogWitness();

  constructor(host: Host, options: { readonly address: string; readonly rpcTimeoutMs: number }) {
    this.#rpc = new RpcClient(host, { timeoutMs: options.rpcTimeoutMs, watch: new SilenceAlarm(host) });
    this.#address = options.address;
  }

  async openSession(ttlMs: number): Promise<string> {
    return (await this.#call("coord.open-session", { ttlMs })).text("session");
  }

  /** Gives the session its full time to live again; `expired` is for ever. */
  async keepAlive(session: string): Promise<"alive" | "expired"> {
    return (await this.#call("coord.keep-alive", { session })).oneOf("state", ["alive", "expired"]);
  }

  async get(key: string): Promise<VersionedValue | undefined> {
    const entry = (await this.#call("coord.get", { key })).value("entry");
    return entry === undefined ? undefined : readVersioned(entry);
  }

  /** Entries whose key begins with `prefix`, in order of their keys' code units. */
  async list(prefix: string): Promise<{ readonly key: string; readonly value: unknown; readonly revision: number }[]> {
    const entries = (await this.#call("coord.list", { prefix })).list("entries");
    return entries.map(entry => ({ key: new Body(entry).text("key"), ...readVersioned(entry) }));
  }

  async compareAndSet(change: Change): Promise<ChangeOutcome> {
    const { key, expectedRevision, value, session, guard } = change;
    const outcome = await this.#call("coord.compare-and-set", { key, expectedRevision, value, session, guard });
    if (outcome.flag("applied")) return { applied: true, revision: outcome.whole("revision") };
    const reason = outcome.oneOf("reason", ["conflict", "guard", "session-expired"]);
    const current = outcome.value("current");
    return current === undefined
      ? { applied: false, reason }
      : { applied: false, reason, current: readVersioned(current) };
  }

  /** For operators: sessions that are open, oldest first. */
  async sessions(): Promise<string[]> {
    return (await this.#call("coord.list-sessions", {})).list("sessions").map(String);
  }

  /** For operators: the session ends now, as if it had expired. False: it had. */
  async closeSession(session: string): Promise<boolean> {
    return (await this.#call("coord.close-session", { session })).flag("closed");
  }

  close(): void {
    this.#rpc.close();
  }

  async #call(method: string, body: object): Promise<Body> {
    return this.#witness.hears(await this.#rpc.call(this.#address, method, this.#witness.asks(body)));
  }
}

export interface Change {
  readonly key: string;
  /** Applies only while the key has this revision; 0: while it is absent. */
  readonly expectedRevision: number;
  /** Undefined removes the key. */
  readonly value: unknown;
  /** The key is removed when this session expires. */
  readonly session?: string;
  /** Applies only while this other key has this revision: the fence of a leader's writes. */
  readonly guard?: { readonly key: string; readonly revision: number };
}

export interface VersionedValue {
  readonly value: unknown;
  readonly revision: number;
}

export type ChangeOutcome =
  /** The key's new revision; for a removal the revision that the removal took. */
  | { readonly applied: true; readonly revision: number }
  | {
      readonly applied: false;
      readonly reason: "conflict" | "guard" | "session-expired";
      readonly current?: VersionedValue;
    };

function readVersioned(entry: unknown): VersionedValue {
  const body = new Body(entry);
  return { value: body.value("value"), revision: body.whole("revision", 1) };
}
