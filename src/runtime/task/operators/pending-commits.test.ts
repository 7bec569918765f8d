import { expect, test } from "vitest";
import type { Host } from "../../../host/host.ts";
import type { CommitOutcome } from "../../api/sink.ts";
import { PendingCommits } from "./pending-commits.ts";

/** Answers in the given order, then `committed`; retries wait for nothing. */
function pending(answers: CommitOutcome[]) {
  const asked: unknown[] = [];
  const delays: number[] = [];
  const log: string[] = [];
  const host = {
    timer: (delayMs: number, fire: () => void) => {
      delays.push(delayMs);
      queueMicrotask(fire);
      return { cancel: () => {} };
    },
  } as unknown as Host;
  const commits = new PendingCommits({
    host,
    committer: {
      commit: item => {
        asked.push(item);
        return Promise.resolve(answers.shift() ?? "committed");
      },
    },
    committing: checkpoint => void log.push(`epoch ${checkpoint}`),
    settled: () => void log.push("settled"),
  });
  return { commits, asked, delays, log };
}

test("epochs are committed in order, up to the completed checkpoint and no further", async () => {
  const { commits, asked, log } = pending([]);
  commits.add(1, ["a", "b"]);
  commits.add(2, ["c"]);
  commits.add(3, ["d"]);
  await commits.commitUpTo(2);
  expect({ asked, log, left: commits.list() }).toEqual({
    asked: ["a", "b", "c"],
    log: ["epoch 1", "epoch 2"],
    left: [{ checkpoint: 3, items: ["d"] }],
  });
  await commits.commitUpTo(3);
  expect([commits.empty, log.at(-1)]).toEqual([true, "settled"]);
});

test("unknown is asked again, ever more slowly, and never counts as committed", async () => {
  const { commits, asked, delays } = pending(["unknown", "unknown", "unknown", "already-committed"]);
  commits.add(1, ["a"]);
  const done = commits.commitUpTo(1);
  expect(commits.empty).toBe(false);
  await done;
  expect({ asked, delays }).toEqual({ asked: ["a", "a", "a", "a"], delays: [100, 200, 400] });
});

test("lost work rejects, and stays in the list: it is not forgotten", async () => {
  for (const outcome of ["aborted", "unknown-id"] as const) {
    const { commits } = pending([outcome]);
    commits.add(4, ["a"]);
    await expect(commits.commitUpTo(4)).rejects.toThrow(`checkpoint 4 was lost: its commit says "${outcome}"`);
    expect(commits.list()).toEqual([{ checkpoint: 4, items: ["a"] }]);
  }
});

test("a checkpoint that completes while an older one is being committed is committed in the same pass", async () => {
  const { commits, asked } = pending(["unknown"]);
  commits.add(1, ["a"]);
  const first = commits.commitUpTo(1);
  commits.add(2, ["b"]);
  await Promise.all([first, commits.commitUpTo(2)]);
  expect({ asked, empty: commits.empty }).toEqual({ asked: ["a", "a", "b"], empty: true });
});
