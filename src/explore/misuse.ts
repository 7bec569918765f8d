/**
 * What an author or a user did wrong: a sentence and its remedy, never a stack trace. The command line prints the
 * message and exits with 2; in a test it is an ordinary error.
 */
export class Misuse extends Error {
  override readonly name = "Misuse";
  /** `scenarios/payments.ts:12`, where the place is known. */
  readonly place: string | undefined;

  constructor(sentence: string, options: { readonly place?: string; readonly cause?: unknown } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.place = options.place;
  }
}

/** What a checker has to say, as a sentence that others can follow. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
