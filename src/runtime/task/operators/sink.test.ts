import { expect, test } from "vitest";
import type { CommitOutcome, SinkContext } from "../../api/sink.ts";
import { SinkOperator } from "./sink.ts";

/** A sink that goes on from one prepared piece of work; `answer` settles its commit. */
function restored() {
  const log: string[] = [];
  let answer: (outcome: CommitOutcome) => void = () => {};
  const operator = new SinkOperator({
    uid: "sink",
    context: { host: { timer: () => ({ cancel: () => {} }) } } as unknown as SinkContext,
    restored: [{ checkpoint: 2, items: ["part"] }],
    report: event => void log.push(event),
    settled: () => void log.push("settled"),
    sink: {
      kind: "test",
      createWriter: () => ({
        open: () => Promise.resolve(void log.push("writer opened")),
        write: () => {},
        prepareCommit: () => Promise.resolve([]),
        close: () => void log.push("writer closed"),
      }),
      createCommitter: () => ({ commit: () => new Promise<CommitOutcome>(resolve => (answer = resolve)) }),
    },
  });
  return { operator, log, answer: (outcome: CommitOutcome) => answer(outcome) };
}

test("what was restored is committed before the writer opens", async () => {
  const { operator, log, answer } = restored();
  const opened = operator.open();
  expect(log).toEqual(["sink.commit"]);
  answer("committed");
  await opened;
  expect(log).toEqual(["sink.commit", "settled", "writer opened"]);
});

test("an attempt that is cancelled before it knows its commit opens no writer, which would sweep what is not committed", async () => {
  for (const outcome of ["unknown", "committed"] as const) {
    const { operator, log, answer } = restored();
    const opened = operator.open();
    await operator.close();
    answer(outcome);
    await opened;
    expect(log).toEqual(["sink.commit", "writer closed"]);
  }
});
