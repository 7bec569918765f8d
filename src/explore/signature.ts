import type { Verdict } from "./case-run.ts";

/**
 * What makes two failures the same one: the claim and the operator, not the subtask, checkpoint or time. Shrinking
 * keeps it, failure files are grouped by it.
 */
export function signatureOf(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case "violated":
      return `${verdict.violation.claim}@${placeWithoutNumbers(verdict.violation.where)}`;
    case "stuck":
      return "FO-5@stuck";
    case "broken":
      // The head of the sentence: what follows the colon are names and numbers.
      return `broken@${placeWithoutNumbers(verdict.reason.split(":", 1)[0]!)}`;
    case "passed":
    case "vacuous":
    case "exhausted":
      return undefined;
  }
}

/** The claim a failing verdict speaks of, `broken` where the simulator itself gave way. */
export function claimOf(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case "violated":
      return verdict.violation.claim;
    case "stuck":
      return "FO-5";
    case "broken":
      return "broken";
    case "passed":
    case "vacuous":
    case "exhausted":
      return undefined;
  }
}

/** The sentence a failing verdict says. */
export function messageOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case "violated":
      return verdict.violation.message;
    case "stuck":
      return verdict.blame;
    case "broken":
    case "exhausted":
      return verdict.reason;
    case "passed":
      return "all claims held";
    case "vacuous":
      return "no fault had an effect";
  }
}

/** What a failure file says of the verdict: the sentence, and of a broken claim what was due and what there was. */
export function wordsOf(verdict: Verdict): {
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
} {
  const { expected, actual } = verdict.kind === "violated" ? verdict.violation : {};
  return {
    message: messageOf(verdict),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/** `count[1]` → `count`, `tm2` → `tm`, `chk-17/meta` → `chk-#/meta`; one line, at most 80 characters. */
function placeWithoutNumbers(where: string): string {
  const line = where.split("\n", 1)[0]!;
  return line
    .replace(/\[\d+\]/g, "")
    .replace(/^(jm|tm|dfs)\d+$/, "$1")
    .replace(/[0-9a-f]{8,}|\d+/g, "#")
    .slice(0, 80);
}
