/** What was put in and what came out, by name: sums that an author claims to be equal. */
type Amounts = Iterable<readonly [name: string, cents: number]>;

/** The first name whose payments are not what was summed up for it, in words; undefined: there is none. */
export function unbalanced(paid: Amounts, summed: Amounts): string | undefined {
  const left = new Map<string, number>();
  for (const [name, cents] of paid) left.set(name, (left.get(name) ?? 0) + cents);
  for (const [name, cents] of summed) left.set(name, (left.get(name) ?? 0) - cents);
  const wrong = [...left].find(([, cents]) => cents !== 0);
  if (wrong === undefined) return undefined;
  const [name, cents] = wrong;
  return cents > 0
    ? `${name}: ${cents} cents were paid and are in no sum`
    : `${name}: ${-cents} cents are in a sum and were not paid, or not twice`;
}
