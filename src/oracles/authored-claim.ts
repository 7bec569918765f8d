import { UnreadableLog } from "../services/log-broker/broker-log.ts";
import type { Oracle } from "./oracle.ts";

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
  const guarded = <T>(judge: () => T): T => {
    try {
      return judge();
    } catch (error) {
      if (error instanceof UnreadableLog) throw error;
      throw new ClaimGaveWay(claim.id, error);
    }
  };
  return {
    ...claim,
    begin(setting) {
      const fold = guarded(() => claim.begin(setting));
      return {
        on: observation => guarded(() => fold.on(observation)),
        end: final => guarded(() => fold.end(final)),
        get checked() {
          return guarded(() => fold.checked);
        },
      };
    },
  };
}
