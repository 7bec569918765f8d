/** A broken invariant of Millrace's own code: never a simulated failure, never the fault of a job's author. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
  readonly invariant: string;
  constructor(invariant: string, where: string) {
    super(`${invariant} (${where})`);
    this.invariant = invariant;
  }
}

export function invariant(holds: boolean, name: string, where: () => string): asserts holds {
  if (!holds) throw new InvariantBroken(name, where());
}
