import { expect, test } from "vitest";
import type { Host } from "../../host/host.ts";
import type { NetError } from "../../host/net.ts";
import { type Connection } from "../../host/net.ts";
import { SmallSite } from "../test/small-site.ts";
import { noNetEffect } from "./net-effect.ts";

const settings = { retransmitTimeoutMs: 500, connectTimeoutMs: 100 };

/** `a` has a connection to `b`; both write down what they are told. */
function connected(
  small: SmallSite,
  whenConnected: (connection: Connection, host: Host) => void = () => {},
  whenAccepted: (connection: Connection, host: Host) => void = () => {},
): string[] {
  const log: string[] = [];
  const listen = (name: string, connection: Connection): void => {
    connection.handle({
      data: chunk => log.push(`${name} got ${chunk.join()}`),
      ended: () => log.push(`${name} ended`),
      closed: how => log.push(`${name} ${how}`),
    });
  };
  small.site.start("b", host => {
    void host.net.listen("b:in", connection => {
      listen("b", connection);
      whenAccepted(connection, host);
    });
  });
  small.site.start("a", host => {
    void host.net.connect("b:in").then(connection => {
      listen("a", connection);
      whenConnected(connection, host);
    });
  });
  return log;
}

test("bytes that a killed process's kernel had accepted are delivered, then the end", async () => {
  const small = new SmallSite(["a", "b"]);
  const log = connected(small, (connection, host) => {
    host.timer(10, () => connection.write(Uint8Array.of(1, 2)));
  });
  small.site.onEmit(() => {});
  // Connecting takes 0.4 ms, so the write is made at 10.4 ms and the kill falls while it is under way.
  small.at(10.5, () => expect(small.site.kill("a")).toMatchObject({ life: 0, connections: 1 }));
  await small.play();
  expect(log).toEqual(["b got 1,2", "b ended"]);
});

test("what the killed process had not handed to its kernel is lost", async () => {
  const small = new SmallSite(["a", "b"], { net: { settings: { windowBytes: 4 } } });
  const log = connected(
    small,
    connection => {
      connection.write(Uint8Array.of(1, 2, 3, 4, 5, 6));
      expect(connection.bufferedBytes).toBe(2);
    },
    connection => connection.pause(),
  );
  small.at(10, () => small.site.kill("a"));
  small.at(20, () => small.site.kill("b"));
  await small.play();
  expect(log).toEqual([]);
});

test("a process killed with unread input resets its peer", async () => {
  const small = new SmallSite(["a", "b"]);
  const log = connected(
    small,
    connection => connection.write(Uint8Array.of(1)),
    connection => connection.pause(),
  );
  small.at(10, () => small.site.kill("b"));
  await small.play();
  expect(log).toEqual(["a reset"]);
});

test("a write to a process that died after the end is answered with a reset, which the next write meets", async () => {
  for (const writes of [1, 2]) {
    const small = new SmallSite(["a", "b"]);
    const log = connected(small, (connection, host) => {
      for (let i = 0; i < writes; i++) host.timer(20 + i, () => connection.write(Uint8Array.of(1)));
    });
    small.at(10, () => small.site.kill("b"));
    await small.play();
    // Who has read the end waits for nothing more, and so is told of nothing more.
    expect(log).toEqual(writes === 1 ? ["a ended"] : ["a ended", "a reset"]);
  }
});

test("a paused process's kernel accepts up to the window; the zombie reads it all when it resumes", async () => {
  const small = new SmallSite(["a", "b"], { net: { settings: { windowBytes: 10, highWaterBytes: 5 } } });
  let sent = 0;
  const log = connected(small, (connection, host) => {
    host.timer(10, () => {
      while (connection.write(Uint8Array.of(sent))) sent++;
      host.emit({ event: "writer.blocked" });
    });
  });
  small.at(5, () => small.site.pause("b"));
  small.at(400, () => small.site.resume("b"));
  let atBlockMs = 0;
  small.site.onEmit(() => (atBlockMs = small.kernel.nowUs / 1000));
  let heardWhilePaused = 0;
  small.at(399, () => (heardWhilePaused = log.length));
  await small.play();
  expect(atBlockMs).toBeLessThan(20);
  expect(sent).toBe(15);
  expect(heardWhilePaused).toBe(0);
  expect(log.flatMap(line => line.split(" got ")[1]!.split(",")).map(Number)).toEqual(
    Array.from({ length: 16 }, (_, i) => i),
  );
});

test("a machine without power says nothing: its peer's connection times out", async () => {
  const small = new SmallSite(["a", "b"], { net: { settings } });
  const log = connected(small, (connection, host) => {
    host.timer(20, () => connection.write(Uint8Array.of(1)));
  });
  small.at(10, () => expect(small.site.powerLoss(["b"])).toMatchObject({ machines: 1, lives: 1 }));
  await small.play();
  expect(log).toEqual(["a timed-out"]);
  expect(small.kernel.nowUs).toBeGreaterThan(520_000);
});

test("a rebooted machine answers old connections with a reset", async () => {
  const small = new SmallSite(["a", "b"], { net: { settings } });
  const log = connected(small, (connection, host) => {
    host.timer(20, () => connection.write(Uint8Array.of(1)));
  });
  small.at(10, () => small.site.powerLoss(["b"]));
  small.at(100, () => {
    small.site.powerOn("b");
    small.site.start("b");
  });
  await small.play();
  expect(log).toEqual(["a reset"]);
});

test("nobody who only waits learns of a dead machine: the connection is half-open", async () => {
  const small = new SmallSite(["a", "b"], { net: { settings } });
  const log = connected(small);
  small.at(10, () => small.site.powerLoss(["b"]));
  await small.play();
  expect(log).toEqual([]);
});

test("a cut that heals in time loses nothing; one that lasts times the sender out, and the other end stays half-open", async () => {
  for (const [healMs, expected] of [
    [400, ["b got 1"]],
    [2_000, ["a timed-out"]],
  ] as const) {
    const small = new SmallSite(["a", "b"], { net: { settings } });
    const { network } = small.site;
    const effect = noNetEffect();
    const log = connected(small, (connection, host) => {
      host.timer(20, () => connection.write(Uint8Array.of(1)));
    });
    small.at(10, () => small.at(healMs, network.cut(network.between("a", "b"), effect)));
    await small.play();
    expect(log).toEqual(expected);
    expect(effect).toMatchObject({ bytesHeld: 1, connectionsTimedOut: healMs === 400 ? 0 : 1 });
  }
});

test.each([
  ["wait at the cut", [20, 22, 24]],
  ["are on their way to it", [29]],
])(
  "bytes that %s when the power of their sender goes are lost; a hold has them in the network",
  async (_, writesMs) => {
    const heard = { cut: [] as string[], hold: [] as string[] };
    // By the seed, some of what was sent has not left the sender's memory, cut or no cut.
    for (const seed of ["a", "b", "c", "d"]) {
      for (const way of ["cut", "hold"] as const) {
        const small = new SmallSite(["a", "b"], { seed, net: { settings } });
        const { network } = small.site;
        const log = connected(small, (connection, host) => {
          for (const ms of writesMs) host.timer(ms, () => connection.write(Uint8Array.of(1)));
        });
        small.at(10, () => small.at(100, network[way]([network.link("a", "b")], noNetEffect())));
        // Connecting takes 0.4 ms and the way 0.2 ms: what is written at 29.4 ms is due at 29.6 ms.
        small.at(29.5, () => small.site.powerLoss(["a"]));
        await small.play();
        heard[way].push(...log);
      }
    }
    expect(heard.cut).toEqual([]);
    expect(heard.hold).toContain("b got 1");
  },
);

test("a cut of the way back: the bytes arrive, and their sender times out", async () => {
  const small = new SmallSite(["a", "b"], { net: { settings } });
  const { network } = small.site;
  const effect = noNetEffect();
  const log = connected(small, (connection, host) => {
    host.timer(20, () => connection.write(Uint8Array.of(1)));
  });
  small.at(10, () => void network.cut([network.link("b", "a")], effect));
  await small.play();
  expect(log).toEqual(["b got 1", "a timed-out"]);
  expect(effect.connectionsTimedOut).toBe(1);
});

test("connect: refused by a machine that is up, unreachable without power, timed out behind a cut", async () => {
  const small = new SmallSite(["a", "up", "off", "cut"], { net: { settings } });
  const { network } = small.site;
  const codes: string[] = [];
  small.site.powerLoss(["off"]);
  network.cut(network.around("cut"), noNetEffect());
  small.site.start("a", host => {
    for (const role of ["up", "off", "cut"]) {
      host.net.connect(`${role}:rpc`).then(
        () => codes.push(`${role} connected`),
        (error: NetError) => codes.push(`${role} ${error.code} at ${host.clock.now() % 100_000}`),
      );
    }
  });
  await small.play();
  expect(codes.sort()).toEqual(["cut timed-out at 100", "off unreachable at 100", "up refused at 0"]);
});

test("a listener dies with its process, and a new life listens at the same address", async () => {
  const small = new SmallSite(["a", "b"]);
  const outcomes: string[] = [];
  small.site.start(
    "b",
    host => void host.net.listen("b:in", connection => connection.handle({ data: () => {}, closed: () => {} })),
  );
  small.site.start("a", host => {
    const dial = (): void => {
      host.net.connect("b:in").then(
        () => outcomes.push("connected"),
        (error: NetError) => outcomes.push(error.code),
      );
    };
    for (const atMs of [10, 30, 50]) host.timer(atMs, dial);
  });
  small.at(20, () => small.site.kill("b"));
  small.at(40, () => small.site.start("b"));
  await small.play();
  expect(outcomes).toEqual(["connected", "refused", "connected"]);
});
