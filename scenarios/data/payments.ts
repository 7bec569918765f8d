/**
 * Made payments, the same ones for the same count: no public set of card or bank payments is free to redistribute.
 *
 * Law: accounts are drawn as ⌊40·u²⌋ for uniform u, so that account 0 sees about a sixth of all traffic and the tail is
 * quiet; amounts are 100·2^k plus a remainder below that power, k uniform over 0 … 9, so that they span three decades;
 * payments follow each other by 1 … 4,000 ms; one in forty is a burst payment that follows within 50 ms.
 */
export interface Payment {
  readonly id: number;
  readonly account: string;
  readonly merchant: string;
  readonly amountCents: number;
  readonly atMs: number;
}

export function payments(count: number): Payment[] {
  const next = lehmer(20_240_517);
  let atMs = 1_700_000_000_000;
  return Array.from({ length: count }, (_, id) => {
    const u = next(1000);
    const scale = 100 * 2 ** next(10);
    atMs += next(40) === 0 ? 1 + next(50) : 1 + next(4000);
    return {
      id,
      account: `acct-${Math.floor((40 * u * u) / 1_000_000)}`,
      merchant: `shop-${next(12)}`,
      amountCents: scale + next(scale),
      atMs,
    };
  });
}

/** The Lehmer generator of Park and Miller (minimal standard, 48,271 mod 2³¹−1), drawn to 0 … n−1. */
export function lehmer(seed: number): (n: number) => number {
  let state = seed;
  return n => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor(state / 16) % n;
  };
}
