import { expect, test } from "vitest";
import { judge, madeMetadata, MadeHistory, madeSnapshot, JOB } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { MadeOutput } from "../testing/made-output.ts";
import { lineageIsSettled } from "./sk-4-lineage-is-settled.ts";

const first = `${JOB}/sink/1/0/0`;
const lingering = `${JOB}/sink/1/0/1`;

test("a restore that commits what its checkpoint holds and aborts the rest holds", () => {
  const { violations, checked } = told({ held: "committed", other: "aborted" });
  expect(violations).toEqual([]);
  expect(checked).toBeGreaterThan(0);
});

test("work of the restored checkpoint that is still prepared is a violation", () => {
  expect(told({ other: "aborted" }).violations).toMatchObject([{ claim: "SK-4", where: "sink" }]);
});

test("work of an earlier attempt that is neither held nor aborted is a violation", () => {
  expect(told({ held: "committed" }).violations).toMatchObject([
    { message: expect.stringContaining(`${lingering} of an earlier attempt was still prepared`) },
  ]);
});

test("work of an earlier attempt that was begun alone must be aborted as well", () => {
  expect(told({ held: "committed", open: true }).violations).toMatchObject([
    { message: expect.stringContaining(`${lingering} of an earlier attempt was still open`) },
  ]);
  expect(told({ held: "committed", open: true, other: "aborted" }).violations).toEqual([]);
});

test("on a classic broker what was prepared may be gone", () => {
  expect(told({ held: "aborted", other: "aborted", classic: true }).violations).toEqual([]);
});

test("an author's own transactions are nobody's lineage", () => {
  expect(told({ held: "committed", other: "aborted", foreign: true }).violations).toEqual([]);
});

test("a transaction that is begun twice is a violation", () => {
  const { violations } = told({ held: "committed", other: "aborted", again: true });
  expect(violations.at(-1)).toMatchObject({ message: `the transaction ${lingering} was begun twice` });
});

test("two subtasks that have prepared work of one name are a violation", () => {
  const history = new MadeHistory(totals);
  const judgement = judge(lineageIsSettled, history.setting());
  const held = (subtask: number) =>
    madeSnapshot("total", subtask, {
      operators: [{ uid: "sink", committables: [{ checkpoint: 1, items: ["part"] }] }],
    });
  history.point(1, history.storeMetadata(madeMetadata(1, [held(0), held(1)])));
  expect(judgement.goOn(history).violations).toMatchObject([{ claim: "SK-4", where: "sink" }]);
});

interface Story {
  readonly held?: "committed" | "aborted";
  readonly other?: "aborted";
  /** The other one was never prepared. */
  readonly open?: boolean;
  readonly classic?: boolean;
  readonly foreign?: boolean;
  readonly again?: boolean;
}

/** Attempt 1 leaves one transaction in its checkpoint and one besides; attempt 2 completes a checkpoint. */
function told({ held, other, open, classic, foreign, again }: Story) {
  const history = new MadeHistory(totals);
  const judgement = judge(lineageIsSettled, history.setting(classic === true ? { preparedMayExpire: true } : {}));
  const output = new MadeOutput(history, [[{ account: "ann", cents: 1 }], []]);
  for (const name of [first, lingering]) {
    output.begin(name, [0, 0, "ann", 1]);
    if (name === first || open !== true) output.prepare(name);
  }
  if (foreign === true) output.begin("orders/7", [0, 0, "ann", 1]);
  output.complete(1, { positions: [0, 0], held: [first] });
  judgement.goOn(history);
  if (held !== undefined) output.end(first, held);
  if (other !== undefined) output.end(lingering, other);
  if (again === true) output.begin(lingering, [0, 0, "ann", 1]);
  const snapshots = [0, 1].map(subtask => madeSnapshot("total", subtask));
  history.point(1, history.storeMetadata(madeMetadata(66, snapshots, { attempt: 2 })));
  judgement.goOn(history);
  return judgement.end();
}
