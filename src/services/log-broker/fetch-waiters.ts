import type { Host, Timer } from "../../host/host.ts";
import type { TransactionPartition } from "./transaction.ts";

/**
 * Fetches that found nothing and wait (long poll). It owns who waits for which partition and for how long; what a fetch
 * finds is the partition's business.
 */
export class FetchWaiters {
  readonly #host: Host;
  readonly #waiters = new Map<TransactionPartition, Set<Waiter>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Resolves when the partition has moved so that `ready`, or when the time is up. */
  wait(partition: TransactionPartition, waitMs: number, ready: () => boolean): Promise<void> {
    return new Promise(resolve => {
      let waiters = this.#waiters.get(partition);
      if (waiters === undefined) this.#waiters.set(partition, (waiters = new Set()));
      const waiter: Waiter = {
        ready,
        resolve,
        timer: this.#host.timer(waitMs, () => this.#release(partition, waiter)),
      };
      waiters.add(waiter);
    });
  }

  /** The partition has moved, durably. */
  wake(partition: TransactionPartition): void {
    for (const waiter of this.#waiters.get(partition) ?? []) {
      if (!waiter.ready()) continue;
      waiter.timer.cancel();
      this.#release(partition, waiter);
    }
  }

  #release(partition: TransactionPartition, waiter: Waiter): void {
    this.#waiters.get(partition)?.delete(waiter);
    waiter.resolve();
  }
}

interface Waiter {
  readonly ready: () => boolean;
  readonly resolve: () => void;
  readonly timer: Timer;
}
