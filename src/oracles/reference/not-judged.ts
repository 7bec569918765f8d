/** The reference cannot say what this job must do; the message says why. No defect of anybody. */
export class NotJudged extends Error {
  override readonly name: string = "NotJudged";
}

/** Nothing that is committed witnesses the order in which the second of two keyed operators had its records. */
export class KeyedBehindKeyed extends NotJudged {
  override readonly name = "KeyedBehindKeyed";
}

/** The job's own code throws on this record, whatever happens around it: no restart brings the job past it. */
export class PoisonRecord extends NotJudged {
  override readonly name = "PoisonRecord";
  readonly operator: string;

  constructor(operator: string, origin: string, cause: unknown) {
    super(`${operator} throws on ${origin}: ${String(cause)}`, { cause });
    this.operator = operator;
  }
}

/** A function of the job has thrown in the reference. */
export class AuthorThrew extends Error {
  override readonly name = "AuthorThrew";
  readonly operator: string;

  constructor(operator: string, cause: unknown) {
    super(`${operator} throws in the reference: ${String(cause)}`, { cause });
    this.operator = operator;
  }
}

/** Calls code of the job; what it throws is told apart from the reference's own words, which pass through it. */
export function asAuthor<T>(operator: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof NotJudged || error instanceof AuthorThrew) throw error;
    throw new AuthorThrew(operator, error);
  }
}
