import type { Observation } from "../sim/observation.ts";
import { UnreadableLog } from "../services/log-broker/broker-log.ts";
import type { FinalState, Oracle, OracleFold, Violation } from "./oracle.ts";

/** A claim of the author's threw instead of judging: the run says nothing, and it is the claim that is to be mended. */
export class ClaimGaveWay extends Error {
  /** Its name is what is to be read before the colon; its stack is that of what was thrown and names the author's line. */
  constructor(claim: string, thrown: unknown) {
    super(String(thrown), { cause: thrown });
    this.name = `the claim ${claim} gave way while it judged this case`;
    const frames = thrown instanceof Error ? (thrown.stack ?? "").split("\n").filter(line => /^ +at /.test(line)) : [];
    this.stack = [`${this.name}: ${this.message}`, ...frames].join("\n");
  }
}

/** The same claim; what its fold throws is a {@link ClaimGaveWay}, so that nobody takes it for an error of Millrace. */
export function authoredClaim(claim: Oracle): Oracle {
  return {
    ...claim,
    begin(setting) {
      return new AuthoredFold(
        claim.id,
        judged(claim.id, () => claim.begin(setting)),
      );
    },
  };
}

class AuthoredFold implements OracleFold {
  readonly #claim: string;
  readonly #fold: OracleFold;

  constructor(claim: string, fold: OracleFold) {
    this.#claim = claim;
    this.#fold = fold;
  }

  get checked(): number {
    return judged(this.#claim, () => this.#fold.checked);
  }

  get notJudged(): string | undefined {
    return judged(this.#claim, () => this.#fold.notJudged);
  }

  on(observation: Observation): Violation | undefined {
    return judged(this.#claim, () => this.#fold.on(observation));
  }

  end(final: FinalState): readonly Violation[] {
    return judged(this.#claim, () => this.#fold.end(final));
  }
}

function judged<T>(claim: string, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    // That is for the suite: no claim holds of such a history.
    if (error instanceof UnreadableLog) throw error;
    throw new ClaimGaveWay(claim, error);
  }
}
