import { RpcClient, RpcError, RpcFault } from "millrace";
import type { Committable, CommitOutcome, Host, Sink, SinkCommitter, SinkContext, SinkWriter } from "millrace";

/**
 * A sink of one's own, exactly once: what was written since the last checkpoint is one batch, prepared in the ledger before
 * the checkpoint is acknowledged, and committed when it is complete.
 */
export function ledgerSink<T>(address: string): Sink<T> {
  return {
    kind: "ledger",
    createWriter: context => new LedgerWriter(address, context),
    createCommitter: context => new LedgerCommitter(address, context),
  };
}

class LedgerWriter<T> implements SinkWriter<T> {
  readonly #ledger: Ledger;
  readonly #context: SinkContext;
  #entries: T[] = [];
  #batches = 0;

  constructor(address: string, context: SinkContext) {
    this.#ledger = new Ledger(context.host, address);
    this.#context = context;
  }

  write(record: T): void {
    this.#entries.push(record);
  }

  async prepareCommit(): Promise<readonly Committable[]> {
    if (this.#entries.length === 0) return [];
    // The attempt makes the name unlike that of any batch which a dead attempt prepared and whose checkpoint failed.
    const { lineage, operator, attempt, subtask } = this.#context;
    const batch = `${lineage}/${operator}/${attempt}/${subtask}/${this.#batches++}`;
    const entries = this.#entries;
    this.#entries = [];
    await this.#ledger.ask("ledger.prepare", { batch, entries });
    return [batch];
  }

  close(): void {
    this.#ledger.close();
  }
}

class LedgerCommitter implements SinkCommitter {
  readonly #ledger: Ledger;

  constructor(address: string, context: SinkContext) {
    this.#ledger = new Ledger(context.host, address);
  }

  async commit(batch: Committable): Promise<CommitOutcome> {
    return (await this.#ledger.ask("ledger.commit", { batch })) as CommitOutcome;
  }

  close(): void {
    this.#ledger.close();
  }
}

/** Asks until the ledger answers: both of its calls may be repeated. */
class Ledger {
  readonly #host: Host;
  readonly #rpc: RpcClient;
  readonly #address: string;
  #closed = false;

  constructor(host: Host, address: string) {
    this.#host = host;
    this.#rpc = new RpcClient(host, { timeoutMs: 1_000 });
    this.#address = address;
  }

  async ask(method: string, body: unknown): Promise<unknown> {
    while (!this.#closed) {
      try {
        return await this.#rpc.call(this.#address, method, body);
      } catch (error) {
        const unanswered = error instanceof RpcError || (error instanceof RpcFault && error.code === "failed");
        if (!unanswered) throw error;
      }
      await new Promise<void>(resolve => this.#host.timer(100, resolve));
    }
    // Nobody waits any more: the task is gone.
    return new Promise(() => {});
  }

  close(): void {
    this.#closed = true;
    this.#rpc.close();
  }
}
