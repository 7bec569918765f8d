import { expect, test } from "vitest";
import { jobKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { JOB, judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { MadeOutput, type MadeRecord } from "../testing/made-output.ts";
import type { Oracle, Setting } from "../oracle.ts";
import { exactSuffix } from "../source/so-4-exact-suffix.ts";
import { stateIsThePrefix } from "../state/st-7-state-is-the-prefix.ts";
import { committedOutput } from "./committed-output.ts";
import { noOpenTransactions } from "./re-1-no-open-transactions.ts";
import { legalAndComplete } from "./sk-1-legal-and-complete.ts";
import { commitAfterCompletion } from "./sk-2-commit-after-completion.ts";
import { commitsUntilKnown } from "./sk-3-commits-until-known.ts";
import { noFailedEpoch } from "./sk-5-no-failed-epoch.ts";
import { lastEpochBeforeFinished } from "./sk-6-last-epoch-before-finished.ts";

/**
 * The input: partition 0 has ann 1, bob 2, ann 4; partition 1 has ann 8. The played order is 0@0, 0@1, 1@0 and, in a second
 * epoch, 0@2: ann goes 1, 9, 13. Every claim about output is told this story, told well and told wrong.
 */
const input = [
  [
    { account: "ann", cents: 1 },
    { account: "bob", cents: 2 },
    { account: "ann", cents: 4 },
  ],
  [{ account: "ann", cents: 8 }],
];
const firstEpoch: readonly MadeRecord[] = [
  [0, 0, "ann", 1],
  [0, 1, "bob", 2],
  [1, 0, "ann", 9],
];
const secondEpoch: readonly MadeRecord[] = [[0, 2, "ann", 13]];

const claims = [
  legalAndComplete,
  commitAfterCompletion,
  commitsUntilKnown,
  noFailedEpoch,
  lastEpochBeforeFinished,
  noOpenTransactions,
  exactSuffix,
  stateIsThePrefix,
];

test.each(claims.map(claim => [claim.id, claim] as const))(
  "%s holds where two epochs are committed in order",
  (_, claim) => {
    const judgement = told(claim, {});
    expect(judgement.violations).toEqual([]);
    expect(judgement.checked).toBeGreaterThan(0);
  },
);

test("SK-1: a lost record is a violation", () => {
  expect(told(legalAndComplete, { second: [] }).violations).toMatchObject([{ claim: "SK-1", where: "total" }]);
});

test("SK-1: a record that was committed twice is a violation", () => {
  const twice: MadeRecord[] = [...secondEpoch, ...secondEpoch];
  expect(told(legalAndComplete, { second: twice }).violations).toMatchObject([
    { claim: "SK-1", where: "sink", actual: '{"account":"ann","cents":13}' },
  ]);
});

test("SK-1: a loss and a duplicate that leave the sum right are violations", () => {
  const first: MadeRecord[] = [
    [0, 0, "ann", 1],
    [0, 1, "bob", 2],
    [0, 1, "bob", 4],
  ];
  const second: MadeRecord[] = [[0, 2, "ann", 13]];
  expect(told(legalAndComplete, { first, second }).violations.length).toBeGreaterThan(0);
});

test("SK-1: outputs in another order than they were computed are a violation", () => {
  const [a, b, c] = firstEpoch;
  expect(told(legalAndComplete, { first: [c!, b!, a!] }).violations).toHaveLength(1);
});

test("SK-1: of a job that has not finished a legal beginning is enough, and an illegal one is not", () => {
  expect(told(legalAndComplete, { second: [], job: "running" }).violations).toEqual([]);
  expect(told(legalAndComplete, { second: [[0, 2, "ann", 14]], job: "running" }).violations).toHaveLength(1);
});

test("SK-1: a job that asks for a weaker comparison may commit in another order, and may still lose and double nothing", () => {
  const compare = { by: "multiset", because: "its sums do not depend on the order" } as const;
  const [a, b] = firstEpoch;
  const bySplit: readonly MadeRecord[] = [a!, b!, [1, 0, "ann", 13]];
  const last: readonly MadeRecord[] = [[0, 2, "ann", 5]];
  expect(told(legalAndComplete, { first: bySplit, second: last, compare }).violations).toEqual([]);
  expect(told(legalAndComplete, { first: bySplit, second: [], compare }).violations).toMatchObject([
    { claim: "SK-1", where: "sink" },
  ]);
  expect(told(legalAndComplete, { first: bySplit, second: [...last, ...last], compare }).violations).toHaveLength(1);
  const inSequence = { ...compare, by: "per-key-sequence" } as const;
  expect(told(legalAndComplete, { first: bySplit, second: last, compare: inSequence }).violations).toMatchObject([
    { claim: "SK-1", where: "total" },
  ]);
});

test("SK-2: a commit that was asked for before its checkpoint was complete is a violation", () => {
  expect(told(commitAfterCompletion, { early: true }).violations).toMatchObject([{ claim: "SK-2", where: "sink" }]);
});

test("SK-2: a transaction that a checkpoint held and nobody committed is a violation of a finished job alone", () => {
  expect(told(commitAfterCompletion, { secondEnds: undefined }).violations).toMatchObject([{ claim: "SK-2" }]);
  expect(told(commitAfterCompletion, { secondEnds: undefined, job: "running" }).violations).toEqual([]);
});

test("SK-3: a transaction that the next checkpoint has given up must be committed", () => {
  expect(told(commitsUntilKnown, { firstEnds: undefined, job: "running" }).violations).toMatchObject([
    { claim: "SK-3" },
  ]);
});

test("SK-3: a transaction that a completed checkpoint holds must not be aborted", () => {
  expect(told(commitsUntilKnown, { secondEnds: "aborted" }).violations).toMatchObject([{ claim: "SK-3" }]);
});

test("SK-3: a classic broker may abort what a checkpoint holds, and the job must have failed of it", () => {
  const expired: Story = { secondEnds: "aborted", classic: true };
  expect(told(commitsUntilKnown, { ...expired, job: "failed" }).violations).toEqual([]);
  expect(told(commitsUntilKnown, { ...expired, job: "finished" }).violations).toMatchObject([
    { claim: "SK-3", message: "tx-2 was aborted although a completed checkpoint held it" },
  ]);
});

test("SK-5: records of a transaction that no completed checkpoint holds must not be seen", () => {
  expect(told(noFailedEpoch, { heldBySecond: [] }).violations).toMatchObject([{ claim: "SK-5", where: "sink" }]);
});

test("SK-6: a job that is called finished before its last epoch is committed is a violation", () => {
  expect(told(lastEpochBeforeFinished, { secondEnds: undefined }).violations).toMatchObject([{ claim: "SK-6" }]);
});

test.each(["before", "after"] as const)(
  "RE-1: a transaction that was prepared %s the last checkpoint's and is left is a violation",
  stray => {
    expect(told(noOpenTransactions, { stray }).violations).toMatchObject([{ claim: "RE-1" }]);
    expect(told(noOpenTransactions, { stray, job: "running" }).violations).toEqual([]);
  },
);

test("SO-4: an offset of the last record instead of the next is a violation", () => {
  expect(told(exactSuffix, { firstPositions: [1, 1] }).violations).toMatchObject([
    { claim: "SO-4", actual: "amounts/0@1" },
  ]);
});

test("SO-4: a record from before the restored position is a violation", () => {
  expect(told(exactSuffix, { second: [[0, 1, "bob", 4], ...secondEpoch] }).violations).toMatchObject([
    { claim: "SO-4" },
  ]);
});

test("ST-7: state that has a record from behind the barrier is a violation", () => {
  expect(told(stateIsThePrefix, { firstTotals: { ann: 13, bob: 2 } }).violations).toMatchObject([
    { claim: "ST-7", where: "total" },
  ]);
});

test("ST-7: state that lacks a key is a violation, and so is state of a key that no input has", () => {
  expect(told(stateIsThePrefix, { firstTotals: { ann: 9 } }).violations).toMatchObject([
    { claim: "ST-7", actual: "no state" },
  ]);
  expect(told(stateIsThePrefix, { firstTotals: { ann: 9, bob: 2, eve: 1 } }).violations).toMatchObject([
    { claim: "ST-7" },
  ]);
});

test("ST-7: state by a name that the fold does not have is a violation, also of a key that is right", () => {
  expect(told(stateIsThePrefix, { firstSurplus: "total-of-yesterday" }).violations).toMatchObject([
    { claim: "ST-7", where: "total", expected: expect.not.stringContaining("yesterday") },
  ]);
});

test("ST-7: a subtask that has finished holds no state, and needs none", () => {
  expect(told(stateIsThePrefix, { firstTotals: {}, finished: true }).violations).toEqual([]);
  expect(told(stateIsThePrefix, { firstTotals: {} }).violations).toHaveLength(1);
});

interface Story {
  readonly first?: readonly MadeRecord[];
  readonly second?: readonly MadeRecord[];
  readonly firstPositions?: readonly number[];
  readonly firstTotals?: Readonly<Record<string, number>>;
  /** The first checkpoint holds the totals by this name, too. */
  readonly firstSurplus?: string;
  /** The first transaction is committed before its checkpoint is complete. */
  readonly early?: boolean;
  readonly firstEnds?: "committed" | undefined;
  readonly secondEnds?: "committed" | "aborted" | undefined;
  /** The keyed subtasks had finished before the first checkpoint. */
  readonly finished?: boolean;
  readonly heldBySecond?: readonly string[];
  /** A transaction of a dead generation, prepared before or after that of the second epoch. */
  readonly stray?: "before" | "after";
  readonly classic?: boolean;
  readonly job?: "finished" | "failed" | "running";
  readonly compare?: NonNullable<Setting["compare"]>;
}

test("an author's own judgement is shown what is committed, of a job that has finished", () => {
  const seen: unknown[][] = [];
  const own = committedOutput({
    topic: "totals",
    sentence: "Ann has 13.",
    holds(committed) {
      seen.push([...committed]);
      return JSON.stringify(committed.at(-1)) === '{"account":"ann","cents":13}' ? undefined : "ann has something else";
    },
  });
  expect(told(own, {})).toMatchObject({ violations: [], checked: 1 });
  expect(seen[0]).toHaveLength(4);
  expect(told(own, { second: [] }).violations).toEqual([
    { claim: "SK-1", where: "totals", message: "ann has something else" },
  ]);
  expect(told(own, { secondEnds: "aborted" }).violations).toHaveLength(1);
  expect(told(own, { second: [], job: "running" })).toMatchObject({ violations: [], checked: 0 });
});

function told(claim: Oracle, story: Story) {
  const { first = firstEpoch, second = secondEpoch, firstPositions = [2, 1], job = "finished" } = story;
  const history = new MadeHistory(totals);
  const output = new MadeOutput(history, input);
  const compare = story.compare === undefined ? {} : { compare: story.compare };
  const classic = story.classic === true ? ({ preparedMayExpire: true } as const) : {};
  const judgement = judge(claim, history.setting({ ...compare, ...classic }));
  history.elect();
  output.begin("tx-1", ...first);
  output.prepare("tx-1");
  if (story.early === true) output.commit("tx-1");
  output.complete(1, {
    positions: firstPositions,
    held: ["tx-1"],
    totals: story.firstTotals ?? { ann: 9, bob: 2 },
    finished: story.finished ?? false,
    ...(story.firstSurplus === undefined ? {} : { surplus: story.firstSurplus }),
  });
  if (story.early !== true && !("firstEnds" in story)) output.commit("tx-1");
  const stray = (): void => {
    output.begin("tx-stray", [0, 2, "ann", 13]);
    output.prepare("tx-stray");
  };
  if (story.stray === "before") stray();
  output.begin("tx-2", ...second);
  output.prepare("tx-2");
  if (story.stray === "after") stray();
  output.complete(2, { positions: [3, 1], held: story.heldBySecond ?? ["tx-2"], totals: { ann: 13, bob: 2 } });
  if (!("secondEnds" in story)) output.commit("tx-2");
  else if (story.secondEnds !== undefined) output.end("tx-2", story.secondEnds);
  judgement.goOn(history);
  if (job !== "running") {
    const reference = { id: JOB, name: "totals", module: "/totals.js", params: {}, graphHash: "h" };
    history.set(jobKey(JOB), { leader: 1, reference, state: job });
  }
  return judgement.goOn(history).end({ job });
}
