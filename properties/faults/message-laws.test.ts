import { expect, test } from "vitest";
import { RpcClient } from "../../src/rpc/rpc-client.ts";
import { RpcError } from "../../src/rpc/rpc-error.ts";
import { startRpcServer } from "../../src/rpc/rpc-server.ts";
import type { Fault, FaultKind } from "../../src/world/fault.ts";
import { rpcMethods } from "../../src/world/faults/rpc-methods.ts";
import { instantsOf, playFaults, receiver, saidBy, sender, type Program } from "./fault-stage.ts";

/** Laws of faults of links and of single messages; other links, and messages of other kinds, stay as they were. */

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const ms = (milliseconds: number) => milliseconds * 1000;

test("a slow link stays slow, in order, and slows no other link", async () => {
  const slow: Fault = { kind: "net.slow", target: "tm0>tm1", when: { atUs: ms(30) }, params: { addUs: ms(80) } };
  const both: Program = (host, life, say) => {
    sender("tm1", 10)(host, life, () => {});
    sender("tm2", 10)(host, life, say);
  };
  const plain = await playFaults([], { tm0: both, tm1: receiver, tm2: receiver });
  const played = await playFaults([slow], { tm0: both, tm1: receiver, tm2: receiver });
  expect(played.texts("tm1").slice(0, 10)).toEqual(numbers(10));
  expect(instantsOf(played, "tm1")[9]).toBeGreaterThanOrEqual(instantsOf(plain, "tm1")[9]! + 79);
  expect(saidBy(played, "tm2").slice(0, 10)).toEqual(saidBy(plain, "tm2").slice(0, 10));
});

test("swizzled links clog and come free one by one, and lose nothing", async () => {
  const swizzle: Fault = {
    kind: "net.swizzle",
    target: "tm0",
    when: { atUs: ms(30) },
    forUs: ms(2_000),
    params: { everyUs: ms(60) },
  };
  const talk =
    (...to: readonly string[]): Program =>
    (host, life, say) => {
      receiver(host, life, say);
      for (const other of to) sender(other, 20)(host, life, () => {});
    };
  const plain = await playFaults([], { tm0: talk("tm1", "tm2"), tm1: talk("tm0", "tm2"), tm2: talk("tm0") });
  const played = await playFaults([swizzle], { tm0: talk("tm1", "tm2"), tm1: talk("tm0", "tm2"), tm2: talk("tm0") });
  for (const role of ["tm0", "tm1", "tm2"]) expect(played.texts(role).sort()).toEqual(plain.texts(role).sort());
  expect(played.ledger[0]).toMatchObject({ fired: true, effective: true });
  expect(Math.max(...instantsOf(played, "tm0"))).toBeGreaterThan(Math.max(...instantsOf(plain, "tm0")));
});

test("a flapping link delivers everything in the end, in order", async () => {
  const flap: Fault = {
    kind: "net.flap",
    target: "tm0>tm1",
    when: { atUs: ms(12) },
    forUs: ms(300),
    params: { everyUs: ms(25) },
  };
  const played = await playFaults([flap], { tm0: sender("tm1", 20), tm1: receiver });
  expect(played.texts("tm1").slice(0, 20)).toEqual(numbers(20));
  const gaps = instantsOf(played, "tm1").map((at, n, all) => (n === 0 ? 0 : at - all[n - 1]!));
  expect(gaps.filter(gap => gap >= 20).length).toBeGreaterThanOrEqual(3);
});

test("a corrupted segment has one flipped bit, and the next one is whole", async () => {
  const corrupt: Fault = {
    kind: "net.corrupt",
    target: "tm0>tm1",
    when: { atUs: ms(35) },
    forUs: ms(500),
    params: { segments: 1 },
  };
  const played = await playFaults([corrupt], { tm0: sender("tm1", 10), tm1: receiver });
  const bytes = played.texts("tm1").slice(0, 10).map(Number);
  const wrong = bytes.map((byte, n) => byte ^ n);
  expect(wrong.filter(bits => bits !== 0)).toHaveLength(1);
  expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(wrong.find(bits => bits !== 0));
  expect(played.ledger[0]!.note).toBe("1 segments corrupted");
});

/** A server at which every call is counted, and a client that calls it once every 20 ms. */
const counting: Program = (host, _life, say) => {
  let count = 0;
  void startRpcServer(host, `${host.role}:rpc`, { "coord.get": () => ++count, "store.get": () => (say("asked"), 0) });
};

const asking: Program = (host, _life, say) => {
  const client = new RpcClient(host, { timeoutMs: 1_000 });
  const ask = (n: number): void => {
    host.timer(20, () => {
      client.call("tm1:rpc", "coord.get", { n }).then(
        value => say(`${n}: ${String(value)}`),
        (error: unknown) => say(`${n}: ${error instanceof RpcError ? `${error.outcome}, ${error.reason}` : "other"}`),
      );
      if (n < 5) ask(n + 1);
    });
  };
  ask(1);
};

const loses = (kind: FaultKind, more: Partial<Fault> = {}): Fault => ({
  kind,
  target: "tm0>tm1",
  when: { atUs: ms(50) },
  forUs: ms(1_000),
  params: { method: "coord.get" },
  ...more,
});

test("a lost request was never carried out, and its caller does not know", async () => {
  const played = await playFaults([loses("rpc.lose-request")], { tm0: asking, tm1: counting, tm2: asking });
  expect(played.texts("tm0")[2]).toBe("3: unknown, reset");
  // Of the ten calls of both, nine came: the other client saw nothing of it.
  const counts = [...played.texts("tm0"), ...played.texts("tm2")].flatMap(text => /: (\d+)$/.exec(text)?.[1] ?? []);
  expect(counts.map(Number).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(played.ledger[0]!.note).toContain("1 messages lost");
});

test("a call whose reply was lost was carried out, and its caller does not know", async () => {
  const played = await playFaults([loses("rpc.lose-reply")], { tm0: asking, tm1: counting });
  expect(played.texts("tm0")).toEqual(["1: 1", "2: 2", "3: unknown, reset", "4: 4", "5: 5"]);
  const other = await playFaults(
    [loses("rpc.lose-reply", { params: { method: "store.get" } }), loses("rpc.lose-reply", { target: "tm2>tm1" })],
    { tm0: asking, tm1: counting },
  );
  expect(other.texts("tm0")).toEqual(["1: 1", "2: 2", "3: 3", "4: 4", "5: 5"]);
  expect(other.ledger.map(row => row.effective)).toEqual([false, false]);
});

test("a delayed message is late, and so is what is behind it", async () => {
  for (const part of ["request", "reply"]) {
    const delay = loses("rpc.delay", { params: { method: "coord.get", part, byUs: ms(35) } });
    const played = await playFaults([delay], { tm0: asking, tm1: counting });
    expect(played.texts("tm0")).toEqual(["1: 1", "2: 2", "3: 3", "4: 4", "5: 5"]);
    expect(instantsOf(played, "tm0").map(at => Math.floor(at / 20))).toEqual([1, 2, 4, 4, 5]);
  }
});

test("of two faults that wait for messages of one segment the second waits for the next", async () => {
  const pairs: Program = (host, _life, say) => {
    const client = new RpcClient(host, { timeoutMs: 1_000 });
    const ask = (n: number): void => {
      host.timer(20, () => {
        for (const method of ["store.get", "coord.get"])
          client.call("tm1:rpc", method, { n }).then(
            () => say(`${n} ${method}`),
            (error: unknown) => say(`${n} ${method} ${error instanceof RpcError ? error.outcome : "other"}`),
          );
        if (n < 3) ask(n + 1);
      });
    };
    ask(1);
  };
  const when = { atUs: ms(30) };
  const late = loses("rpc.delay", { when, params: { method: "store.get", byUs: ms(5) } });
  const lost = loses("rpc.lose-request", { when, params: { method: "coord.get" } });
  const played = await playFaults([late, lost], { tm0: pairs, tm1: counting });
  expect(played.ledger.map(({ note }) => note)).toEqual([
    "1 messages delayed",
    expect.stringContaining("1 messages lost"),
  ]);
  const said = (n: number) => played.texts("tm0").filter(text => text.startsWith(`${n} `));
  expect(said(2).sort()).toEqual(["2 coord.get", "2 store.get"]);
  expect(said(3).sort()).toEqual(["3 coord.get unknown", "3 store.get unknown"]);
});

test("nothing is corrupt that arrives where nobody reads it", async () => {
  const dead: Fault = { kind: "proc.kill", target: "tm1", when: { atUs: ms(32) }, forUs: ms(60_000) };
  const corrupt: Fault = { kind: "net.corrupt", target: "tm0>tm1", when: { atUs: ms(33) }, forUs: ms(500) };
  const programs = { tm0: sender("tm1", 10), tm1: receiver };
  const played = await playFaults([dead, corrupt], programs);
  expect(played.ledger.map(row => row.effective)).toEqual([true, false]);
  expect(played.said).toEqual((await playFaults([dead], programs)).said);
});

test("the kinds of messages that faults can name are those that servers answer", async () => {
  const { readFile: read, readdir } = await import("node:fs/promises");
  const files = await Promise.all(
    [
      "../../src/runtime/cluster/",
      "../../src/services/coordination/",
      "../../src/services/file-store/",
      "../../src/services/log-broker/",
    ].map(async folder => {
      const names = (await readdir(new URL(folder, import.meta.url))).filter(name => !name.endsWith(".test.ts"));
      return Promise.all(names.map(name => read(new URL(`${folder}${name}`, import.meta.url), "utf8")));
    }),
  );
  const answered = new Set<string>();
  for (const text of files.flat()) {
    for (const [, method] of text.matchAll(
      /(?:\n\s+|from\(\s*)"((?:worker|task|checkpoint|source|coord|store|broker)\.[a-z-]+)"(?::|,)/g,
    ))
      answered.add(method!);
  }
  expect([...rpcMethods].sort()).toEqual([...answered].sort());
});
