import { Server } from "node:net";
import { expect, test, vi } from "vitest";
import { netConformance } from "../conformance/net-conformance.ts";
import { LocalAddressBook } from "./address-book.ts";
import { NodeHost } from "./node-host.ts";

test.each(netConformance)("TCP: $name", async ({ run }) => {
  const addresses = new LocalAddressBook();
  const hosts: NodeHost[] = [];
  const failures: unknown[] = [];
  try {
    await run({
      start(role, main) {
        addresses.announce(role);
        const host = new NodeHost({ role, root: "/nowhere", addresses });
        hosts.push(host);
        Promise.resolve(main(host)).catch((error: unknown) => failures.push(error));
      },
      async settle(until) {
        // Real sockets answer in their own time: the condition is looked at after each turn of the event loop.
        while (!until() && failures.length === 0) await new Promise(resolve => setImmediate(resolve));
      },
    });
  } finally {
    for (const host of hosts) host.shutDown();
  }
  if (failures.length > 0) throw failures[0];
});

test("a host that ends while it begins to listen serves nobody", async () => {
  const addresses = new LocalAddressBook();
  const server = new NodeHost({ role: "server", root: "/nowhere", addresses });
  const bound = vi.spyOn(addresses, "bound");
  const closed = vi.spyOn(Server.prototype, "close");
  void server.net.listen("server:rpc", () => {});
  server.shutDown();
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(bound).not.toHaveBeenCalled();
  expect((closed.mock.contexts[0] as Server).listening).toBe(false);
});
