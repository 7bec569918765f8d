import { countersKey, countersRecord, type CountersRecord } from "./coordination-keys.ts";
import { GuardedRegister, type LeaderTerm } from "./guarded-register.ts";

/**
 * Numbers that only grow over a job's whole lineage, fail-overs of the job manager included: execution attempts and
 * checkpoint ids. It owns that a number is used only after a durable write said so.
 *
 * Ids are reserved in blocks, so that a trigger costs no round trip; what is left of a block when its leader dies is
 * never used. Each attempt is a write of its own, guarded by the leader's token: a deposed leader deploys nothing.
 */
export class Counters {
  readonly #term: LeaderTerm;
  readonly #register: GuardedRegister<CountersRecord>;
  #attempts = 0;
  #reserved = 0;
  #lastCheckpoint = 0;

  constructor(term: LeaderTerm, job: string) {
    this.#term = term;
    this.#register = new GuardedRegister(term, countersKey(job), countersRecord);
  }

  /** Resolves to true when the job ran before. */
  async recover(): Promise<boolean> {
    const found = await this.#register.read();
    this.#attempts = found?.attempts ?? 0;
    this.#reserved = found?.checkpoints ?? 0;
    this.#lastCheckpoint = this.#reserved;
    return found !== undefined;
  }

  /** Ids up to this one were handed out, or may have been. */
  get reserved(): number {
    return this.#reserved;
  }

  async nextAttempt(): Promise<number> {
    this.#attempts++;
    if (this.#reserved - this.#lastCheckpoint < BLOCK / 2) this.#reserved += BLOCK;
    await this.#write();
    return this.#attempts;
  }

  async nextCheckpoint(): Promise<number> {
    const id = ++this.#lastCheckpoint;
    if (id > this.#reserved) {
      this.#reserved = id + BLOCK;
      await this.#write();
    }
    return id;
  }

  #write(): Promise<void> {
    return this.#register.write({ leader: this.#term.token, attempts: this.#attempts, checkpoints: this.#reserved });
  }
}

const BLOCK = 64;
