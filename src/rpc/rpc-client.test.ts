import { expect, test } from "vitest";
import type { Host } from "../host/host.ts";
import { pause } from "../host/pause.ts";
import { Kernel } from "../kernel/kernel.ts";
import { Site } from "../sim/site.ts";
import { diskless } from "../sim/test/diskless.ts";
import { RpcClient } from "./rpc-client.ts";
import { RpcFault } from "./rpc-error.ts";
import { startRpcServer, type RpcHandlers } from "./rpc-server.ts";

/** A server and a client, each on a machine of its own; what either throws is thrown here. */
async function play(server: (host: Host) => void, client: (host: Host, site: Site) => Promise<void>): Promise<void> {
  const kernel = new Kernel({ seed: "rpc" });
  const site = new Site(kernel);
  const failures: unknown[] = [];
  let done = false;
  site.onProcess(change => {
    if (change.what === "crashed") failures.push(change.cause);
  });
  for (const role of ["server", "client"]) {
    site.addMachine(role, { disk: diskless });
    site.place(role, role);
  }
  site.start("server", server);
  site.start("client", host => {
    client(host, site)
      .then(() => (done = true))
      .catch((error: unknown) => failures.push(error))
      .finally(() => kernel.stop());
  });
  await kernel.run();
  if (failures.length > 0) throw failures[0];
  expect(done).toBe(true);
}

function serving(handlers: RpcHandlers): (host: Host) => void {
  return host => void startRpcServer(host, "server:rpc", handlers);
}

const never = (): Promise<never> => new Promise(() => {});

test("a call ends in the handler's value, at once or later, or in its fault", async () => {
  const handlers: RpcHandlers = {
    echo: body => body,
    later: async body => await Promise.resolve({ later: body }),
    nothing: () => undefined,
    refuse: () => {
      throw new RpcFault("stale-token", "the leader has changed", { token: 8 });
    },
  };
  await play(serving(handlers), async host => {
    const client = new RpcClient(host, { timeoutMs: 100 });
    await pause(host, 5);
    expect(await client.call("server:rpc", "echo", { a: [1, "x"] })).toEqual({ a: [1, "x"] });
    expect(await client.call("server:rpc", "later", 1)).toEqual({ later: 1 });
    expect(await client.call("server:rpc", "nothing", null)).toBeNull();
    await expect(client.call("server:rpc", "refuse", null)).rejects.toMatchObject({
      name: "RpcFault",
      code: "stale-token",
      message: "the leader has changed",
      detail: { token: 8 },
    });
    await expect(client.call("server:rpc", "toString", null)).rejects.toMatchObject({ code: "unknown-method" });
  });
});

test("calls and one-way messages arrive in the order in which they were made, the first ones too", async () => {
  const heard: unknown[] = [];
  await play(serving({ say: body => heard.push(body) }), async host => {
    const client = new RpcClient(host, { timeoutMs: 100 });
    await pause(host, 5);
    for (let i = 0; i < 10; i++) {
      if (i % 3 === 0) void client.call("server:rpc", "say", i);
      else client.send("server:rpc", "say", i);
    }
    await client.call("server:rpc", "say", 10);
  });
  expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("a refused call did not happen", async () => {
  await play(
    () => {},
    async host => {
      const client = new RpcClient(host, { timeoutMs: 100 });
      await expect(client.call("server:rpc", "echo", 1)).rejects.toMatchObject({
        name: "RpcError",
        outcome: "did-not-happen",
        reason: "refused",
      });
    },
  );
});

test("a call that times out before there is a connection did not happen, and is never sent", async () => {
  const heard: unknown[] = [];
  await play(serving({ say: body => heard.push(body) }), async (host, site) => {
    const client = new RpcClient(host, { timeoutMs: 50 });
    await pause(host, 5);
    site.powerLoss(["server"]);
    await expect(client.call("server:rpc", "say", 1)).rejects.toMatchObject({
      outcome: "did-not-happen",
      reason: "timed-out",
    });
    site.powerOn("server");
    site.start("server");
    await pause(host, 5_000);
    expect(await client.call("server:rpc", "say", 2)).toBe(1);
  });
  expect(heard).toEqual([2]);
});

test("when the server dies the outcome is unknown, and the next call opens a new connection", async () => {
  await play(serving({ hang: never, echo: body => body }), async (host, site) => {
    const client = new RpcClient(host, { timeoutMs: 1_000 });
    await pause(host, 5);
    const hanging = client.call("server:rpc", "hang", 1);
    await pause(host, 5);
    site.kill("server");
    await expect(hanging).rejects.toMatchObject({ outcome: "unknown", reason: "reset" });
    site.start("server");
    await pause(host, 5);
    expect(await client.call("server:rpc", "echo", 2)).toBe(2);
  });
});

test("a slow call that times out leaves a living connection alone; a silent connection goes with its call", async () => {
  let connections = 0;
  const counted = (host: Host): void => {
    const { listen } = host.net;
    host.net.listen = (address, accept) =>
      listen.call(host.net, address, connection => (connections++, accept(connection)));
    serving({ hang: never, echo: body => body })(host);
  };
  await play(counted, async host => {
    const client = new RpcClient(host, { timeoutMs: 100 });
    await pause(host, 5);
    const hanging = expect(client.call("server:rpc", "hang", 1)).rejects.toMatchObject({
      outcome: "unknown",
      reason: "timed-out",
    });
    await pause(host, 50);
    expect(await client.call("server:rpc", "echo", 1)).toBe(1);
    await hanging;
    expect(await client.call("server:rpc", "echo", 2)).toBe(2);
    expect(connections).toBe(1);
    await expect(client.call("server:rpc", "hang", 1, { timeoutMs: 20 })).rejects.toMatchObject({
      reason: "timed-out",
    });
    expect(await client.call("server:rpc", "echo", 3)).toBe(3);
    expect(connections).toBe(2);
  });
});

test("closing a client rejects what is under way", async () => {
  await play(serving({ hang: never }), async host => {
    const client = new RpcClient(host, { timeoutMs: 100 });
    await pause(host, 5);
    const unsent = client.call("server:rpc", "hang", 1);
    client.close();
    await expect(unsent).rejects.toMatchObject({ outcome: "did-not-happen", reason: "closed" });
    const sent = client.call("server:rpc", "hang", 1);
    await pause(host, 5);
    client.close();
    await expect(sent).rejects.toMatchObject({ outcome: "unknown", reason: "closed" });
  });
});

test("bytes that are no frame reset their connection, at either end, and harm nobody else", async () => {
  const babbling = (host: Host): void => {
    serving({ echo: body => body })(host);
    void host.net.listen("server:babble", connection => {
      connection.handle({ data: () => connection.write(new Uint8Array(64).fill(7)), closed: () => {} });
    });
  };
  await play(babbling, async host => {
    const client = new RpcClient(host, { timeoutMs: 500 });
    await pause(host, 5);
    await expect(client.call("server:babble", "echo", 1)).rejects.toMatchObject({
      outcome: "unknown",
      reason: "reset",
    });
    const raw = await host.net.connect("server:rpc");
    const closed = new Promise(resolve => raw.handle({ data: () => {}, closed: resolve }));
    raw.write(new Uint8Array(64).fill(7));
    expect(await closed).toBe("reset");
    expect(await client.call("server:rpc", "echo", 1)).toBe(1);
  });
});
