import type { Host, Timer } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import type { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import { leaderKey, leaderRecord, type LeaderRecord } from "../checkpoint/coordination-keys.ts";

/**
 * Campaigns for the leader key and tells when a term begins and ends. It owns the session and its lease; what a leader
 * does is job-master.ts.
 *
 * A term ends by this process's own monotonic clock before the session could have run out at the server, whether or not
 * the server can be reached. That is courtesy and not safety: a leader that was paused learns it late, and it is the
 * fencing token that makes its writes void.
 */
export class LeaderElection {
  readonly #host: Host;
  readonly #coordination: Electorate;
  readonly #address: string;
  readonly #ttlMs: number;
  readonly #granted: (token: number, leaseHolds: () => boolean) => void;
  readonly #revoked: (why: string) => void;

  constructor(options: LeaderElectionOptions) {
    this.#host = options.host;
    this.#coordination = options.coordination;
    this.#address = options.address;
    this.#ttlMs = options.sessionTtlMs;
    this.#granted = options.granted;
    this.#revoked = options.revoked;
  }

  /** Runs for ever: session after session. */
  async run(): Promise<void> {
    for (;;) {
      const session = await this.#openSession();
      const token = await this.#campaign(session);
      if (token === undefined) continue;
      this.#host.emit({ event: "leader.elect", detail: { token } });
      this.#granted(token, () => this.#host.clock.monotonic() < session.leaseUntilMs);
      const why = await this.#hold(session);
      this.#revoked(why);
    }
  }

  /** At the start of a cluster the service is seldom more than a moment late: the first tries follow soon. */
  async #openSession(): Promise<Session> {
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(2 * delayMs, this.#retryMs)) {
      const askedMs = this.#host.clock.monotonic();
      try {
        return { id: await this.#coordination.openSession(this.#ttlMs), leaseUntilMs: askedMs + this.#leaseMs };
      } catch (error) {
        rethrowUnlessUnanswered(error);
      }
      await pause(this.#host, Math.min(delayMs, this.#retryMs));
    }
  }

  /** The token of the term that was won, or undefined when the session ended first. */
  async #campaign(session: Session): Promise<number | undefined> {
    const value: LeaderRecord = { role: this.#host.role, address: this.#address, session: session.id };
    let expectedRevision = 0;
    for (let tries = 0; tries === 0 || (await this.#renew(session)); tries++) {
      try {
        const answer = await this.#coordination.compareAndSet({
          key: leaderKey,
          expectedRevision,
          value,
          session: session.id,
        });
        if (answer.applied) return answer.revision;
        if (answer.reason === "session-expired") return undefined;
        const current =
          answer.current === undefined
            ? undefined
            : { revision: answer.current.revision, leader: leaderRecord(answer.current.value, leaderKey) };
        // A lost answer to our own request.
        if (current?.leader.session === session.id) return current.revision;
        // Our own address is ours alone: who led under it was an earlier life of this process, or an earlier term: over.
        const inherits = current?.leader.address === this.#address;
        expectedRevision = inherits ? current.revision : 0;
        if (!inherits && current !== undefined) await pause(this.#host, this.#standbyMs);
      } catch (error) {
        rethrowUnlessUnanswered(error);
        await pause(this.#host, this.#retryMs);
      }
    }
    return undefined;
  }

  /** Keeps the session alive; resolves with the reason when the term is over. */
  #hold(session: Session): Promise<string> {
    return new Promise(resolve => {
      let watchdog: Timer | undefined;
      let ended = false;
      const end = (why: string): void => {
        ended = true;
        watchdog?.cancel();
        resolve(why);
      };
      const watch = (): void => {
        const leftMs = session.leaseUntilMs - this.#host.clock.monotonic();
        if (leftMs <= 0) end("the session could not be renewed in time");
        else watchdog = this.#host.timer(leftMs, watch);
      };
      const renew = async (): Promise<void> => {
        while (!ended) {
          await pause(this.#host, Math.ceil(this.#ttlMs / 3));
          if (!ended && !(await this.#renew(session))) return end("the session has expired");
        }
      };
      watch();
      void renew();
    });
  }

  /** False when the session is known to be gone; an answer that did not come leaves the lease as it was. */
  async #renew(session: Session): Promise<boolean> {
    const askedMs = this.#host.clock.monotonic();
    try {
      if ((await this.#coordination.keepAlive(session.id)) === "expired") return false;
      session.leaseUntilMs = askedMs + this.#leaseMs;
    } catch (error) {
      rethrowUnlessUnanswered(error);
    }
    return true;
  }

  /** A tenth is left for clocks that run at different speeds. */
  get #leaseMs(): number {
    return this.#ttlMs - Math.ceil(this.#ttlMs / 10);
  }

  get #standbyMs(): number {
    return Math.ceil(this.#ttlMs / 4);
  }

  get #retryMs(): number {
    return Math.min(500, Math.ceil(this.#ttlMs / 10));
  }
}

export interface LeaderElectionOptions {
  readonly host: Host;
  readonly coordination: Electorate;
  /** Where this process serves; nobody else ever serves there. */
  readonly address: string;
  readonly sessionTtlMs: number;
  /** A leader that was paused asks `leaseHolds` before its timers have told it that the term is over. */
  readonly granted: (token: number, leaseHolds: () => boolean) => void;
  readonly revoked: (why: string) => void;
}

/** What a candidate needs of the coordination service. */
export type Electorate = Pick<CoordinationClient, "openSession" | "keepAlive" | "compareAndSet">;

interface Session {
  readonly id: string;
  leaseUntilMs: number;
}

function rethrowUnlessUnanswered(error: unknown): void {
  if (!(error instanceof RpcError) && !(error instanceof RpcFault)) throw error;
}

const RETRY_MS_MIN = 20;
