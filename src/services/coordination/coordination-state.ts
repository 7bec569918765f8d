import type { Change, ChangeOutcome, VersionedValue } from "./coordination-client.ts";
import type { CoordinationChange } from "./coordination-log.ts";

/**
 * Keys, revisions and open sessions: what the coordination service knows. It decides about changes and applies them; it
 * does not know time, disks or connections. Applying the same changes in order gives the same state: that is recovery.
 *
 * Each change takes the next revision of the whole service.
 */
export class CoordinationState {
  readonly #entries = new Map<
    string,
    { readonly value: unknown; readonly revision: number; readonly session: string | undefined }
  >();
  readonly #sessions = new Map<string, number>();
  #revision = 0;
  #lost: string | undefined;

  /** What it was told that it has lost. */
  get lost(): string | undefined {
    return this.#lost;
  }

  lose(cause: string): CoordinationChange {
    return { kind: "data-lost", cause, revision: this.#revision + 1 };
  }

  get(key: string): VersionedValue | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : { value: entry.value, revision: entry.revision };
  }

  list(prefix: string): { key: string; value: unknown; revision: number }[] {
    const keys = [...this.#entries.keys()].filter(key => key.startsWith(prefix)).sort();
    return keys.map(key => ({ key, ...this.get(key)! }));
  }

  /** Time to live of an open session. */
  sessionTtlMs(session: string): number | undefined {
    return this.#sessions.get(session);
  }

  sessions(): IterableIterator<string> {
    return this.#sessions.keys();
  }

  openSession(ttlMs: number): CoordinationChange & { readonly kind: "session-opened" } {
    const revision = this.#revision + 1;
    return { kind: "session-opened", session: `session-${revision}`, ttlMs, revision };
  }

  /** The session's end and the removal of its keys, to be applied and logged together. */
  expireSession(session: string): CoordinationChange[] {
    let revision = this.#revision + 1;
    const changes: CoordinationChange[] = [{ kind: "session-expired", session, revision }];
    for (const [key, entry] of this.#entries) {
      if (entry.session === session) changes.push({ kind: "removed", key, revision: ++revision });
    }
    return changes;
  }

  /** What a compare-and-set would change, or why it does not. */
  decide(change: Change): CoordinationChange | (ChangeOutcome & { readonly applied: false }) {
    const { key, expectedRevision, value, session, guard } = change;
    if (session !== undefined && !this.#sessions.has(session)) return { applied: false, reason: "session-expired" };
    if (guard !== undefined && (this.#entries.get(guard.key)?.revision ?? 0) !== guard.revision)
      return this.#refusal("guard", guard.key);
    if ((this.#entries.get(key)?.revision ?? 0) !== expectedRevision) return this.#refusal("conflict", key);
    const revision = this.#revision + 1;
    if (value === undefined) return { kind: "removed", key, revision };
    return session === undefined
      ? { kind: "set", key, value, revision }
      : { kind: "set", key, value, revision, session };
  }

  apply(change: CoordinationChange): void {
    this.#revision = change.revision;
    switch (change.kind) {
      case "set":
        this.#entries.set(change.key, { value: change.value, revision: change.revision, session: change.session });
        return;
      case "removed":
        this.#entries.delete(change.key);
        return;
      case "session-opened":
        this.#sessions.set(change.session, change.ttlMs);
        return;
      case "session-expired":
        this.#sessions.delete(change.session);
        return;
      case "data-lost":
        this.#lost = change.cause;
        return;
    }
  }

  #refusal(reason: "guard" | "conflict", key: string): ChangeOutcome & { readonly applied: false } {
    const current = this.get(key);
    return current === undefined ? { applied: false, reason } : { applied: false, reason, current };
  }
}
