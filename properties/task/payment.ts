/** What the little cluster of these tests counts. */
export interface Payment {
  readonly account: string;
  readonly cents: number;
}

export const pay = (account: string, cents: number): Payment => ({ account, cents });

export const add = (a: Payment, b: Payment): Payment => ({ account: b.account, cents: a.cents + b.cents });

/** Payments in an order of their own, for those that come in any. */
export function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
