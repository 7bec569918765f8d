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

/** Hears whoever sends, and sends to each of these. */
function talking(...to: readonly string[]): Program {
  return (host, life, say) => {
    receiver(host, life, say);
    for (const other of to) sender(other, 20)(host, life, () => {});
  };
}

const whileCut = (said: readonly { readonly atMs: number }[]) =>
  said.filter(({ atMs }) => atMs > 32 && atMs < 130).length;

test("a partition between groups stops what goes between them, both ways, and nothing within", async () => {
  const cut: Fault = { kind: "net.cut", target: "tm0,tm1<>tm2", when: { atUs: ms(30) }, forUs: ms(100) };
  const within = { tm0: talking("tm1"), tm1: talking("tm0"), tm2: talking() };
  const plain = await playFaults([], within);
  expect((await playFaults([cut], within)).said).toEqual(plain.said);
  const across = { tm0: talking("tm2"), tm1: talking("tm2"), tm2: talking("tm0") };
  const played = await playFaults([cut], across);
  for (const role of ["tm0", "tm2"]) {
    expect(whileCut(saidBy(await playFaults([], across), role))).toBeGreaterThan(5);
    expect(whileCut(saidBy(played, role))).toBe(0);
    expect(played.texts(role).length).toBe((await playFaults([], across)).texts(role).length);
  }
  expect(played.ledger[0]).toMatchObject({ effective: true });
});

test("a cut of one direction leaves the other open, and a cut of a pair does not", async () => {
  const both = { tm0: talking("tm1"), tm1: talking("tm0") };
  const heard = async (target: string) => {
    const played = await playFaults([{ kind: "net.cut", target, when: { atUs: ms(30) }, forUs: ms(100) }], both);
    return ["tm0", "tm1"].map(role => whileCut(saidBy(played, role)) > 0);
  };
  expect(await heard("tm0>tm1")).toEqual([true, false]);
  expect(await heard("tm1>tm0")).toEqual([false, true]);
  expect(await heard("tm0<>tm1")).toEqual([false, false]);
});

test("a delay of some segments delays those, and what comes behind them waits", async () => {
  const late = (segments: number): Fault => ({
    kind: "net.delay",
    target: "tm0>tm1",
    when: { atUs: ms(35) },
    forUs: ms(500),
    params: { addUs: ms(25), segments },
  });
  const programs = { tm0: sender("tm1", 10), tm1: receiver };
  const [plain, once, all] = [
    await playFaults([], programs),
    await playFaults([late(1)], programs),
    await playFaults([late(0)], programs),
  ];
  const lateBy = (played: typeof plain) =>
    instantsOf(played, "tm1")
      .slice(0, 10)
      .map((at, n) => at - instantsOf(plain, "tm1")[n]!);
  expect(once.texts("tm1").slice(0, 10)).toEqual(numbers(10));
  expect(once.ledger[0]!.note).toBe("1 segments delayed");
  // Two more came while the first one was under way.
  expect(lateBy(once)).toEqual([0, 0, 0, 0, 25, 15, 5, 0, 0, 0]);
  expect(lateBy(all)).toEqual([0, 0, 0, 0, 25, 25, 25, 25, 25, 25]);
});

test("swizzled links clog and come free one by one, and lose nothing", async () => {
  const swizzle: Fault = {
    kind: "net.swizzle",
    target: "tm0",
    when: { atUs: ms(30) },
    forUs: ms(2_000),
    params: { everyUs: ms(60) },
  };
  const programs = { tm0: talking("tm1", "tm2"), tm1: talking("tm0", "tm2"), tm2: talking("tm0") };
  const plain = await playFaults([], programs);
  const played = await playFaults([swizzle], programs);
  for (const role of ["tm0", "tm1", "tm2"]) expect(played.texts(role).sort()).toEqual(plain.texts(role).sort());
  expect(played.ledger[0]).toMatchObject({ fired: true, effective: true });
  expect(Math.max(...instantsOf(played, "tm0"))).toBeGreaterThan(Math.max(...instantsOf(plain, "tm0")));
});

test("swizzled links do not come free in the order in which they clogged", async () => {
  const others = ["tm1", "tm2", "tm3", "tm4"];
  const programs = Object.fromEntries(others.map(role => [role, receiver]));
  const orders = [];
  for (const atMs of [30, 40, 50, 60]) {
    const swizzle: Fault = {
      kind: "net.swizzle",
      target: "tm0",
      when: { atUs: ms(atMs) },
      forUs: ms(2_000),
      params: { everyUs: ms(30) },
    };
    const all: Program = (host, life, say) => others.forEach(role => sender(role, 100)(host, life, say));
    const played = await playFaults([swizzle], { tm0: all, ...programs }, { workers: 5 });
    // Of each link that was clogged: the last byte before the silence, and the first one behind it.
    const silences = others.flatMap(role => {
      const heard = saidBy(played, role).map(({ atUs }) => atUs);
      const last = heard.findIndex((at, n) => n + 1 < heard.length && heard[n + 1]! - at > ms(15));
      return last < 0 ? [] : [{ role, fromUs: heard[last]!, toUs: heard[last + 1]! }];
    });
    const by = (end: "fromUs" | "toUs") => [...silences].sort((a, b) => a[end] - b[end]).map(({ role }) => role);
    orders.push({ clogged: by("fromUs"), free: by("toUs") });
  }
  expect(orders.some(({ clogged, free }) => clogged.join() !== free.join())).toBe(true);
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

test("a flap that ends while the way is cut leaves it open", async () => {
  const flap: Fault = {
    kind: "net.flap",
    target: "tm0>tm1",
    when: { atUs: ms(12) },
    // Cut, healed, cut: it ends in the midst of the second cut.
    forUs: ms(125),
    params: { everyUs: ms(50) },
  };
  const played = await playFaults([flap], { tm0: sender("tm1", 20), tm1: receiver });
  expect(played.texts("tm1").slice(0, 20)).toEqual(numbers(20));
  expect(saidBy(played, "tm1").filter(({ atMs }) => atMs > 112 + 2 && atMs < 137)).toEqual([]);
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

test("a fault of messages meets as many as it was told, and the next one is well", async () => {
  const times = (kind: FaultKind, more: Fault["params"] = {}) =>
    loses(kind, { when: { atUs: ms(10) }, params: { method: "coord.get", times: 3, ...more } });
  const played = async (fault: Fault) => {
    const run = await playFaults([fault], { tm0: asking, tm1: counting });
    return { run, texts: run.texts("tm0"), note: run.ledger[0]!.note };
  };
  const unknown = [1, 2, 3].map(n => `${n}: unknown, reset`);
  const [request, reply] = [await played(times("rpc.lose-request")), await played(times("rpc.lose-reply"))];
  expect(request.texts).toEqual([...unknown, "4: 1", "5: 2"]);
  expect(reply.texts).toEqual([...unknown, "4: 4", "5: 5"]);
  for (const { note } of [request, reply]) expect(note).toContain("3 messages lost");
  const late = await played(times("rpc.delay", { byUs: ms(15) }));
  expect(instantsOf(late.run, "tm0").map(at => at % 20 >= 15)).toEqual([true, true, true, false, false]);
  expect(late.note).toBe("3 messages delayed");
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
