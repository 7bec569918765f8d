import type { ProcessKernel } from "../process-kernel.ts";
import { RandomStream } from "../random.ts";

/**
 * What a fenced global answers inside a turn. The simulated host gives one to each incarnation, over the clock and the
 * timers of its machine, so that a user's `Date.now()` is wrong exactly as much as the machine's clock is.
 */
export interface FenceProvider {
  /** Wall clock of the machine: whole milliseconds since 1970. */
  now(): number;
  /** Monotonic clock of the machine: whole microseconds. */
  monotonicUs(): number;
  /** Uniform over 0 … 2³²−1, from the incarnation's own stream. */
  uint32(): number;
  /** Calls `fire` once in a turn of the process, no earlier than `delayMs` from now; the returned function cancels. */
  timer(delayMs: number, fire: () => void): () => void;
}

/** The provider of an incarnation that has no host: the kernel's own time since 1970, timers straight on the agenda. */
export function kernelFence(life: HostlessLife): FenceProvider {
  const { kernel, role, number, owner } = life;
  const random = new RandomStream(kernel.seed, `fence/${role}/${number}`);
  return {
    now: () => Math.floor(kernel.nowUs / 1000),
    monotonicUs: () => kernel.nowUs,
    uint32: () => random.uint32(),
    timer: (delayMs, fire) => {
      const ticket = kernel.at(kernel.nowUs + delayMs * 1000, owner, () => life.turn(fire));
      return () => kernel.cancel(ticket);
    },
  };
}

/** One life of a process, as far as its fence needs it. */
interface HostlessLife {
  readonly kernel: ProcessKernel;
  readonly role: string;
  readonly number: number;
  readonly owner: number;
  turn(run: () => void): void;
}
