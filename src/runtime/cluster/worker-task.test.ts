import { expect, test } from "vitest";
import { ManualHost } from "../checkpoint/test/manual-host.ts";
import { WorkerTask, type WorkerTaskOptions } from "./worker-task.ts";

/** A subtask that lets go so long after it was told to. */
function cancelled(letsGoAfterMs: number): { readonly host: ManualHost; readonly exits: readonly number[] } {
  const host = new ManualHost();
  const exits: number[] = [];
  const task = new WorkerTask({
    host: Object.assign(host, { exit: (code: number) => void exits.push(code) }),
    cancelTimeoutMs: 500,
    deployment: { execution: "a[0]#1" },
    outbox: { stateChanged: () => {} },
  } as unknown as WorkerTaskOptions);
  task.start(environment => ({ cancel: () => void host.timer(letsGoAfterMs, () => environment.canceled()) }) as never);
  task.cancel();
  return { host, exits };
}

test("a subtask that does not let go in time ends its worker, and one that does never will", async () => {
  const late = cancelled(501);
  await late.host.advance(5_000);
  expect(late.exits).toHaveLength(1);
  const inTime = cancelled(499);
  await inTime.host.advance(5_000);
  expect(inTime.exits).toEqual([]);
});
