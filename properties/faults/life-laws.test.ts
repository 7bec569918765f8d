import { expect, test } from "vitest";
import type { Fault } from "../../src/world/fault.ts";
import { instantsOf, playFaults, receiver, saidBy, sender, type Played, type Program } from "./fault-stage.ts";

/** Laws of faults of processes, machines and clocks; what is not their target stays as it was. */

const ms = (milliseconds: number) => milliseconds * 1000;

/** Ticks every 10 ms by its own clocks. */
function ticking(times: number): Program {
  return (host, life, say) => {
    const startedMs = host.clock.monotonic();
    const tick = (n: number): void => {
      host.timer(10, () => {
        say(`life ${life}, tick ${n}, wall ${host.clock.now() % 1_000_000}, ran ${host.clock.monotonic() - startedMs}`);
        if (n < times) tick(n + 1);
      });
    };
    tick(1);
  };
}

const ticker = ticking(10);

test("a slow process is late, does all it is asked, and slows nobody else", async () => {
  const slow: Fault = {
    kind: "proc.slow",
    target: "tm0",
    when: { atUs: ms(5) },
    forUs: ms(500),
    params: { factor: 100 },
  };
  const worker: Program = (host, _life, say) => {
    const work = (n: number): void => {
      host.timer(10, () => {
        host.work(300);
        say(`${n}`);
        if (n < 5) work(n + 1);
      });
    };
    work(1);
  };
  const played = await playFaults([slow], { tm0: worker, tm1: worker });
  expect(played.texts("tm0")).toEqual(played.texts("tm1"));
  expect(instantsOf(played, "tm1")).toEqual([10, 20, 30, 40, 50]);
  expect(instantsOf(played, "tm0").at(-1)).toBeGreaterThan(80);
  expect(played.ledger[0]).toMatchObject({ effective: true });
});

test("a restarted process is another life, and the first one's connections are gone", async () => {
  const restart: Fault = { kind: "proc.restart", target: "tm1", when: { atUs: ms(35) }, params: { afterUs: ms(1) } };
  const played = await playFaults([restart], { tm0: sender("tm1", 10), tm1: receiver, tm2: ticker });
  expect(played.texts("tm0").some(text => text.startsWith("closed"))).toBe(true);
  expect(played.texts("tm1")).toEqual(["0", "1", "2", "3"]);
  expect(saidBy(await playFaults([], { tm2: ticker }), "tm2")).toEqual(saidBy(played, "tm2"));
});

test("a kill loop ends each life after a while, as often as it was told", async () => {
  const loop: Fault = {
    kind: "proc.kill-loop",
    target: "tm0",
    when: { atUs: ms(25) },
    forUs: ms(5_000),
    params: { times: 3, downUs: ms(10), upUs: ms(35) },
  };
  const played = await playFaults([loop], { tm0: ticker, tm1: ticker });
  const ticks = [0, 1, 2, 3].map(life => played.texts("tm0").filter(text => text.startsWith(`life ${life}`)).length);
  expect(ticks).toEqual([2, 3, 3, 10]);
  expect(played.texts("tm1").length).toBe(10);
  expect(played.ledger[0]!.note).toBe("killed tm0, tm0, tm0");
});

test("a rolling restart meets every role once, and never two at a time", async () => {
  const steady = ticking(40);
  // Also where each is down for longer than the time between two.
  for (const [downMs, everyMs] of [
    [20, 50],
    [50, 20],
  ] as const) {
    const roll: Fault = {
      kind: "rolling.restart",
      target: "site",
      when: { atUs: ms(25) },
      forUs: ms(5_000),
      params: { downUs: ms(downMs), everyUs: ms(everyMs) },
    };
    const played = await playFaults([roll], { tm0: steady, tm1: steady, tm2: steady });
    const roles = ["tm0", "tm1", "tm2"];
    for (const role of roles) {
      expect(new Set(saidBy(played, role).map(({ text }) => text.slice(0, 6)))).toEqual(new Set(["life 0", "life 1"]));
    }
    const downs = roles.map(role => {
      const of = (life: number) => saidBy(played, role).filter(one => one.life === life);
      return { fromUs: of(0).at(-1)!.atUs, toUs: of(1)[0]!.atUs };
    });
    // Who is back ticks after 10 ms, and who dies has ticked up to 10 ms before.
    for (const [index, { fromUs }] of downs.entries())
      if (index > 0) expect(fromUs + ms(10)).toBeGreaterThanOrEqual(downs[index - 1]!.toUs - ms(10));
    expect(played.ledger[0]!.note).toBe("killed tm0, tm1, tm2");
  }
});

test("who is down when its kill loop, or its rolling restart, ends is back at once", async () => {
  const steady = ticking(40);
  const rhythm = { when: { atUs: ms(25) }, forUs: ms(50) };
  // Either ends ten milliseconds into a death of tm0 that is meant to take twenty: its second one, or its turn among the roles.
  const loop: Fault = { kind: "proc.kill-loop", target: "tm0", ...rhythm, params: { downUs: ms(20), upUs: ms(20) } };
  const roll: Fault = {
    kind: "rolling.restart",
    target: "site",
    ...rhythm,
    params: { downUs: ms(20), everyUs: ms(20) },
  };
  for (const [fault, lives] of [
    [loop, 3],
    [roll, 2],
  ] as const) {
    const played = await playFaults([fault], { tm0: steady, tm1: steady });
    const last = saidBy(played, "tm0").filter(({ life }) => life === lives - 1);
    expect(last.length, fault.kind).toBe(40);
    expect(last[0]!.atMs).toBe(25 + 50 + 10);
    expect(new Set(saidBy(played, "tm1").map(({ life }) => life))).toEqual(new Set([0]));
    expect(played.ledger[0]!.note).toBe(`killed ${Array.from({ length: lives - 1 }, () => "tm0").join(", ")}`);
  }
});

test("a removed machine never comes back", async () => {
  const remove: Fault = { kind: "machine.remove", target: "tm0", when: { atUs: ms(25) } };
  const later: Fault = { kind: "machine.power-loss", target: "tm0", when: { atUs: ms(30) }, forUs: ms(10) };
  const played = await playFaults([remove, later], { tm0: ticker, tm1: ticker });
  expect(played.texts("tm0").length).toBe(2);
  expect(played.texts("tm1").length).toBe(10);
  expect(played.ledger.map(row => row.effective)).toEqual([true, false]);
});

test("an added machine has a worker that the others can reach", async () => {
  const add: Fault = { kind: "machine.add", target: "site", when: { atUs: ms(25) } };
  const late: Program = (host, life, say) => void host.timer(50, () => sender("tm3", 3)(host, life, say));
  const played = await playFaults([add], { tm0: late, tm3: receiver });
  expect(played.texts("tm3")).toEqual(["0", "1", "2"]);
  const alone = await playFaults([], { tm0: late, tm3: receiver });
  expect(alone.texts("tm3")).toEqual([]);
});

test("a clock that jumps is wrong by so much, and no timer moves", async () => {
  const jump: Fault = {
    kind: "clock.jump",
    target: "tm0",
    when: { atUs: ms(35) },
    forUs: ms(30),
    params: { byMs: -5_000 },
  };
  const plain = await playFaults([], { tm0: ticker, tm1: ticker });
  const played = await playFaults([jump], { tm0: ticker, tm1: ticker });
  expect(instantsOf(played, "tm0")).toEqual(instantsOf(plain, "tm0"));
  const walls = ({ said }: Played) =>
    said.filter(one => one.role === "tm0").map(one => /wall (\d+)/.exec(one.text)![1]);
  const off = walls(played).map((wall, tick) => Number(walls(plain)[tick]) - Number(wall));
  expect(off).toEqual([0, 0, 0, 5_000, 5_000, 5_000, 0, 0, 0, 0]);
  expect(saidBy(played, "tm1")).toEqual(saidBy(plain, "tm1"));
  expect(played.ledger[0]).toMatchObject({ effective: true });
});

test("a clock that drifts takes its timers along", async () => {
  const drift: Fault = {
    kind: "clock.drift",
    target: "tm0",
    when: { atUs: ms(5) },
    forUs: ms(60_000),
    params: { ppm: -500_000 },
  };
  const played = await playFaults([drift], { tm0: ticker, tm1: ticker });
  expect(instantsOf(played, "tm1").at(-1)).toBe(100);
  // The timer that ran keeps its instant; the others take twice their time.
  expect(instantsOf(played, "tm0").at(-1)).toBe(10 + 9 * 20);
  expect(played.texts("tm0").at(-1)).toContain("ran 9");
});

test("clocks that drift at once come to no stop together, and run right when the last drift has ended", async () => {
  const drift = (ppm: number, forMs: number, atMs = 5): Fault => ({
    kind: "clock.drift",
    target: "tm0",
    when: { atUs: ms(atMs) },
    forUs: ms(forMs),
    params: { ppm },
  });
  const plans = [
    [drift(-500_000, 100), drift(-500_000, 98, 6)],
    [drift(-500_000, 40), drift(-500_000, 100)],
    // What held them back ends first.
    [drift(500_000, 20), drift(-500_000, 100), drift(-500_000, 98, 6)],
  ];
  for (const plan of plans) {
    const played = await playFaults(plan, { tm0: ticker, tm1: ticker });
    expect(instantsOf(played, "tm0"), JSON.stringify(plan)).toEqual([10, 30, 50, 70, 90, 110, 120, 130, 140, 150]);
    expect(instantsOf(played, "tm1").at(-1)).toBe(100);
  }
});

test("a frozen clock says the same time until the thaw, and timers go on", async () => {
  const freeze: Fault = { kind: "clock.freeze", target: "tm0", when: { atUs: ms(35) }, forUs: ms(30) };
  const plain = await playFaults([], { tm0: ticker });
  const played = await playFaults([freeze], { tm0: ticker });
  expect(instantsOf(played, "tm0")).toEqual(instantsOf(plain, "tm0"));
  const walls = saidBy(played, "tm0").map(({ text }) => /wall (\d+)/.exec(text)![1]);
  expect(new Set(walls.slice(3, 6)).size).toBe(1);
  expect(walls.slice(6)).toEqual(
    saidBy(plain, "tm0")
      .map(({ text }) => /wall (\d+)/.exec(text)![1])
      .slice(6),
  );
});

test("a clock that is wrong has no effect on a process that is told nothing wrong", async () => {
  const timersOnly: Program = (host, _life, say) => {
    const tick = (n: number): void =>
      void host.timer(10, () => (say(`${host.clock.monotonic()}`), n < 10 && tick(n + 1)));
    tick(1);
  };
  // The first timer was set before the clock went wrong, and a delay of nothing is the same by any clock.
  const atOnce: Program = (host, _life, say) => void host.timer(50, () => host.timer(0, () => say("done")));
  const silent: Program = (host, _life, say) => void host.timer(200, () => say("done"));
  const when = { atUs: ms(5) };
  const clock = (kind: "jump" | "freeze" | "drift", params: Fault["params"]): Fault => ({
    kind: `clock.${kind}`,
    target: "tm0",
    when,
    forUs: ms(100),
    ...(params && { params }),
  });
  const plans: readonly (readonly [Program, Fault, boolean])[] = [
    [timersOnly, clock("jump", { byMs: 5_000 }), false],
    [timersOnly, clock("freeze", undefined), false],
    [timersOnly, clock("drift", { ppm: 100_000 }), true],
    [atOnce, clock("drift", { ppm: 100_000 }), false],
    [silent, clock("drift", { ppm: 100_000 }), false],
    [ticker, clock("jump", { byMs: 0 }), false],
    [ticker, clock("jump", { byMs: 1 }), true],
    [ticker, clock("freeze", undefined), true],
  ];
  for (const [program, fault, effective] of plans) {
    const { said, ledger } = await playFaults([fault], { tm0: program });
    expect(ledger[0], JSON.stringify(fault)).toMatchObject({ fired: true, effective });
    const plain = await playFaults([], { tm0: program });
    if (!effective) expect(said).toEqual(plain.said);
  }
});

test("a pause has an effect on who had something to do meanwhile", async () => {
  const pause: Fault = { kind: "proc.pause", target: "tm0", when: { atUs: ms(25) }, forUs: ms(50) };
  const idle: Program = (host, _life, say) => void host.timer(200, () => say("done"));
  const asleep = await playFaults([pause], { tm0: idle });
  expect(asleep.ledger[0]).toMatchObject({ fired: true, effective: false, note: "changed nothing" });
  expect(asleep.said).toEqual((await playFaults([], { tm0: idle })).said);
  const awake = await playFaults([pause], { tm0: ticker });
  expect(awake.ledger[0]).toMatchObject({ effective: true, note: "paused tm0 (life 0)" });
});

test("a pause has an effect on who had something to do when it began, too", async () => {
  const pause: Fault = { kind: "proc.pause", target: "tm0", when: { atUs: ms(25) }, forUs: ms(50) };
  // Busy from 10 to 60 ms: what comes due at 20 ms waits for that, and then for the end of the pause at 75 ms.
  const busy: Program = (host, _life, say) => {
    host.timer(10, () => host.work(ms(50)));
    host.timer(20, () => say("done"));
  };
  expect(instantsOf(await playFaults([], { tm0: busy }), "tm0")).toEqual([60]);
  const played = await playFaults([pause], { tm0: busy });
  expect(instantsOf(played, "tm0")).toEqual([75]);
  expect(played.ledger[0]).toMatchObject({ effective: true, note: "paused tm0 (life 0)" });
});

test("a machine is removed once", async () => {
  const remove = (atMs: number): Fault => ({ kind: "machine.remove", target: "tm0", when: { atUs: ms(atMs) } });
  const played = await playFaults([remove(25), remove(30)], { tm0: ticker });
  expect(played.ledger.map(row => row.effective)).toEqual([true, false]);
});
