/**
 * A planted bug, as data: one place in the built JavaScript that reads otherwise. It owns the words and the rule that the
 * place must be found exactly once; planting happens in mutant-hook.ts, when the module is loaded.
 */
export interface Mutant {
  /** The row of bugs.md: `sink.no-flush-before-ack`. */
  readonly name: string;
  /** The built file, from the package's root: `dist/src/runtime/…/….js`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The mechanism, and the defect of a real system that it was. */
  readonly why: string;
  /** Ids of claims of which at least one must be violated. */
  readonly claims: readonly string[];
  /** Nobody has killed it yet, and it is not argued away: what the simulator lacks. */
  readonly gap?: string;
}

/** The mutated text; throws a sentence when the mutant no longer applies. */
export function plant(mutant: Mutant, source: string): string {
  const places = source.split(mutant.find).length - 1;
  if (places !== 1) {
    throw new Error(
      `The mutant ${mutant.name} does not apply: its text stands ${places} times in ${mutant.file}, and once is wanted. The code has changed; adapt properties/mutants.`,
    );
  }
  return source.replace(mutant.find, () => mutant.replace);
}
