import { pause } from "../../host/pause.ts";
import type { Host } from "../../host/host.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import type { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import { leaderKey } from "./coordination-keys.ts";
import type { Check } from "./plain-data.ts";

/**
 * One key of the coordination service as a leader writes it: only while it leads, and only over the value that it has
 * seen. It owns what follows from an answer that did not come.
 *
 * A write whose outcome is unknown is asked again with the same expected revision. That reads back and settles in one
 * step: at most one of the two requests applies, and a conflict shows by `leader` whether it was ours. A plain read
 * would not do, because the lost request may still arrive after it.
 */
export class GuardedRegister<T extends { readonly leader: number }> {
  readonly key: string;
  readonly #term: LeaderTerm;
  readonly #check: Check<T>;
  #revision = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(term: LeaderTerm, key: string, check: Check<T>) {
    this.#term = term;
    this.key = key;
    this.#check = check;
  }

  /** The value in force, undefined when there is none. Asks until there is an answer. */
  async read(): Promise<T | undefined> {
    const found = await untilAnswered(this.#term, () => this.#term.coordination.get(this.key));
    this.#revision = found?.revision ?? 0;
    return found === undefined ? undefined : this.#check(found.value, this.key);
  }

  /**
   * Resolves when the value is in force (undefined removes the key). A leader that was deposed is told so through its
   * term, and the promise then never settles: nothing of a past term goes on. Writes are applied in the order of calls.
   */
  write(value: T | undefined): Promise<void> {
    const written = this.#tail.then(() => this.#write(value));
    this.#tail = written;
    return written;
  }

  async #write(value: T | undefined): Promise<void> {
    const { coordination, token } = this.#term;
    let repeated = false;
    const answer = await untilAnswered(
      this.#term,
      () =>
        coordination.compareAndSet({
          key: this.key,
          expectedRevision: this.#revision,
          value,
          guard: { key: leaderKey, revision: token },
        }),
      () => (repeated = true),
    );
    if (answer.applied) {
      this.#revision = value === undefined ? 0 : answer.revision;
      return;
    }
    if (answer.reason === "conflict" && repeated && this.#isOurs(value, answer.current?.value)) {
      this.#revision = answer.current?.revision ?? 0;
      return;
    }
    return this.#term.deposed(`${this.key}: ${answer.reason}`);
  }

  #isOurs(value: T | undefined, current: unknown): boolean {
    if (value === undefined || current === undefined) return value === current;
    return this.#check(current, this.key).leader === this.#term.token;
  }
}

/** One leader's time in office, as those see it who write on its behalf. */
export interface LeaderTerm {
  readonly host: Host;
  readonly coordination: Pick<CoordinationClient, "get" | "compareAndSet">;
  /** Revision of the leader key: the fencing token. */
  readonly token: number;
  /** Over: nothing may be asked or written any more. */
  readonly over: boolean;
  /** Ends the term; returns a promise that never settles. */
  deposed(why: string): Promise<never>;
}

/** Asks again, after a growing pause, until the service answers or the term is over. */
export async function untilAnswered<T>(term: LeaderTerm, ask: () => Promise<T>, failed?: () => void): Promise<T> {
  for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
    if (term.over) return term.deposed("the term is over");
    try {
      const answer = await ask();
      return term.over ? await term.deposed("the term is over") : answer;
    } catch (error) {
      if (!(error instanceof RpcError) && !(error instanceof RpcFault)) throw error;
      failed?.();
    }
    await pause(term.host, delayMs);
  }
}

const RETRY_MS_MIN = 20;
const RETRY_MS_MAX = 1_000;
