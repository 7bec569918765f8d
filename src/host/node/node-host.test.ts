import { expect, test } from "vitest";
import { timerConformance } from "../conformance/timer-conformance.ts";
import { LocalAddressBook } from "./address-book.ts";
import { NodeHost } from "./node-host.ts";

function newHost(options: { readonly onExit?: (code: number) => void } = {}): NodeHost {
  return new NodeHost({ role: "tm0", root: "/nowhere", addresses: new LocalAddressBook(), ...options });
}

test.each(timerConformance)("the real host: $name", async ({ run }) => {
  const host = newHost();
  await run(host);
  host.shutDown();
});

test("after an exit nothing of the process takes effect", async () => {
  const codes: number[] = [];
  const host = newHost({ onExit: code => codes.push(code) });
  const fired: string[] = [];
  host.timer(1, () => fired.push("old"));
  host.exit(3);
  host.exit(4);
  host.timer(1, () => fired.push("late"));
  await new Promise<void>(resolve => {
    newHost().timer(10, resolve);
  });
  expect(codes).toEqual([3]);
  expect(fired).toEqual([]);
});
