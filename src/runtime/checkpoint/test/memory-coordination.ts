import { RpcError } from "../../../rpc/rpc-error.ts";
import type { CoordinationClient } from "../../../services/coordination/coordination-client.ts";

/** The coordination service without sessions, in memory: compare-and-set with guards, and answers that get lost. */
export class MemoryCoordination implements Pick<CoordinationClient, "get" | "compareAndSet"> {
  readonly applied: { readonly key: string; readonly value: unknown }[] = [];
  /** So many next writes are applied and not answered. */
  answersToLose = 0;
  /** Called before each write is looked at; a promise holds the write up. */
  beforeWrite: () => Promise<void> = () => Promise.resolve();
  readonly #values = new Map<string, { readonly value: unknown; readonly revision: number }>();
  #revision = 0;

  put(key: string, value: unknown): number {
    this.#values.set(key, { value, revision: ++this.#revision });
    return this.#revision;
  }

  value(key: string): unknown {
    return this.#values.get(key)?.value;
  }

  async get(key: string): ReturnType<CoordinationClient["get"]> {
    return this.#values.get(key);
  }

  async compareAndSet(
    change: Parameters<CoordinationClient["compareAndSet"]>[0],
  ): ReturnType<CoordinationClient["compareAndSet"]> {
    await this.beforeWrite();
    if (change.guard !== undefined && this.#values.get(change.guard.key)?.revision !== change.guard.revision)
      return { applied: false, reason: "guard" };
    const current = this.#values.get(change.key);
    if ((current?.revision ?? 0) !== change.expectedRevision) {
      return { applied: false, reason: "conflict", ...(current === undefined ? {} : { current }) };
    }
    const revision = ++this.#revision;
    if (change.value === undefined) this.#values.delete(change.key);
    else this.#values.set(change.key, { value: change.value, revision });
    this.applied.push({ key: change.key, value: change.value });
    if (this.answersToLose > 0) {
      this.answersToLose--;
      throw new RpcError("unknown", "reset", "coord.compare-and-set");
    }
    return { applied: true, revision };
  }
}
