import { expect, test } from "vitest";
import { DiskError } from "../../src/host/disk.ts";
import { exists, readFile, writeNewFile } from "../../src/host/file.ts";
import { faultCatalogue } from "../../src/world/faults/fault-catalogue.ts";
import type { Fault } from "../../src/world/fault.ts";
import { playFaults, receiver, sender, type Program } from "./fault-stage.ts";

/**
 * Each fault bites, and what it does not touch stays as it was (SI-5). The title of each test is the `law` of a kind in
 * the catalogue; the last test holds the two lists together.
 */

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const bytes = Uint8Array.of(1, 2, 3);
const ms = (milliseconds: number) => milliseconds * 1000;

/** Keeps a count in memory and writes one file per life, synced or not. */
function keeper(options: { readonly sync: boolean }): Program {
  let shared = 0;
  return (host, life, say) => {
    let memory = 0;
    memory++;
    shared++;
    void (async () => {
      say(`memory ${memory}, lives ${shared}, file ${await exists(host.disk, "/file")}`);
      if (life > 0) return;
      if (options.sync) {
        await writeNewFile(host.disk, "/file", bytes);
        await host.disk.syncDirectory("/");
      } else {
        const file = await host.disk.open("/file", "wx");
        await file.write(bytes, 0, 3, 0);
        await file.close();
      }
      say("written");
    })();
  };
}

test("a killed process loses its memory and keeps its disk", async () => {
  const played = await playFaults([{ kind: "proc.kill", target: "tm0", when: { atUs: ms(50) }, forUs: ms(20) }], {
    tm0: keeper({ sync: false }),
    tm1: keeper({ sync: false }),
  });
  expect(played.texts("tm0")).toEqual(["memory 1, lives 1, file false", "written", "memory 1, lives 2, file true"]);
  expect(played.texts("tm1")).toEqual(["memory 1, lives 1, file false", "written"]);
  expect(played.ledger[0]).toMatchObject({ fired: true, effective: true });
});

test("a paused process misses its timers and goes on as if no time had passed", async () => {
  const clock: Program = (host, _life, say) => {
    const beat = (n: number) =>
      host.timer(10, () => (say(`${n} at ${Math.floor(host.clock.monotonic())}`), n < 5 && beat(n + 1)));
    beat(1);
  };
  const pause: Fault = { kind: "proc.pause", target: "tm0", when: { atUs: ms(25) }, forUs: ms(500) };
  const { said } = await playFaults([pause], { tm0: clock, tm1: clock });
  const instants = (role: string) => said.filter(one => one.role === role).map(one => one.atMs);
  expect(instants("tm1")).toEqual([10, 20, 30, 40, 50]);
  expect(instants("tm0")).toEqual([10, 20, 525, 535, 545]);
});

test("a power loss takes what was not synced", async () => {
  const loss: Fault = { kind: "machine.power-loss", target: "tm0", when: { atUs: ms(50) }, forUs: ms(20) };
  const synced = await playFaults([loss], { tm0: keeper({ sync: true }) });
  expect(synced.texts("tm0").at(-1)).toBe("memory 1, lives 2, file true");
  // What was never synced may survive by chance; over some seeds' worth of files it does not always.
  const program: Program = (host, life, say) => {
    void (async () => {
      for (let i = 0; i < 20; i++) {
        const path = `/${i}`;
        if (life === 0) await (await host.disk.open(path, "wx")).close();
        else if (await exists(host.disk, path)) say(path);
      }
    })();
  };
  const unsynced = await playFaults([loss], { tm0: program });
  expect(unsynced.texts("tm0").length).toBeLessThan(20);
});

test("a power loss of the whole site takes what was not synced, everywhere", async () => {
  const loss: Fault = { kind: "site.power-loss", target: "site", when: { atUs: ms(50) }, forUs: ms(20) };
  const played = await playFaults([loss], {
    tm0: keeper({ sync: true }),
    tm1: keeper({ sync: true }),
    tm2: keeper({ sync: true }),
  });
  for (const role of ["tm0", "tm1", "tm2"]) {
    expect(played.texts(role)).toEqual(["memory 1, lives 1, file false", "written", "memory 1, lives 2, file true"]);
  }
  expect(played.ledger[0]!.note).toContain("tm0, tm1, tm2");
});

test("a power loss of some machines spares the others", async () => {
  const loss: Fault = {
    kind: "site.power-loss",
    target: "site",
    when: { atUs: ms(50) },
    forUs: ms(20),
    params: { roles: "tm0,tm2" },
  };
  const program = keeper({ sync: true });
  const played = await playFaults([loss], { tm0: program, tm1: program, tm2: program });
  expect(["tm0", "tm1", "tm2"].map(role => played.texts(role).length)).toEqual([3, 2, 3]);
  expect(played.ledger[0]!.note).toContain("tm0, tm2");
});

test("a delayed link is late and keeps its order", async () => {
  const delay: Fault = {
    kind: "net.delay",
    target: "tm0>tm1",
    when: { atUs: ms(30) },
    forUs: ms(40),
    params: { addUs: ms(100) },
  };
  const plain = await playFaults([], { tm0: sender("tm1", 10), tm1: receiver });
  const late = await playFaults([delay], { tm0: sender("tm1", 10), tm1: receiver, tm2: receiver });
  expect(late.texts("tm1").slice(0, 10)).toEqual(numbers(10));
  expect(late.said.find(one => one.text === "5")!.atMs).toBeGreaterThanOrEqual(
    plain.said.find(one => one.text === "5")!.atMs + 90,
  );
  expect(late.ledger[0]).toMatchObject({ fired: true, effective: true });
});

test("a held link delivers everything after the release, in order", async () => {
  const hold: Fault = { kind: "net.hold", target: "tm0>tm1", when: { atUs: ms(30) }, forUs: ms(200) };
  const { said, texts } = await playFaults([hold], { tm0: sender("tm1", 10), tm1: receiver });
  expect(texts("tm1").slice(0, 10)).toEqual(numbers(10));
  const whileHeld = said.filter(one => one.role === "tm1" && one.atMs > 32 && one.atMs < 230);
  expect(whileHeld).toEqual([]);
});

test("a cut link delivers after the heal, unless its connection timed out", async () => {
  const cut = (forMs: number): Fault => ({ kind: "net.cut", target: "tm0", when: { atUs: ms(30) }, forUs: ms(forMs) });
  const healed = await playFaults([cut(500)], { tm0: sender("tm1", 10), tm1: receiver });
  expect(healed.texts("tm1").slice(0, 10)).toEqual(numbers(10));
  expect(healed.said.find(one => one.text === "9")!.atMs).toBeGreaterThanOrEqual(530);
  const given = await playFaults([cut(100_000)], { tm0: sender("tm1", 10), tm1: receiver });
  expect(given.texts("tm1")).not.toContain("9");
  expect(given.texts("tm0")).toContain("closed: timed-out");
});

test("a reset connection has delivered a prefix", async () => {
  const reset: Fault = { kind: "net.reset", target: "tm0>tm1", when: { atUs: ms(55) } };
  const { texts, ledger } = await playFaults([reset], { tm0: sender("tm1", 10), tm1: receiver });
  const arrived = texts("tm1").filter(text => !text.startsWith("closed"));
  expect(arrived).toEqual(numbers(arrived.length));
  expect(arrived.length).toBeGreaterThan(0);
  expect(arrived.length).toBeLessThan(10);
  expect(texts("tm0")).toContain("closed: reset");
  expect(texts("tm1")).toContain("closed: reset");
  expect(ledger[0]!.effective).toBe(true);
});

/** Tries a write until it works, and reads back what is there. */
const persistent: Program = (host, life, say) => {
  void (async () => {
    if (life > 0) {
      say(`after: ${(await exists(host.disk, "/file")) ? (await readFile(host.disk, "/file")).join(" ") : "nothing"}`);
      return;
    }
    const file = await host.disk.open("/file", "wx");
    await host.disk.syncDirectory("/");
    for (let attempt = 1; attempt <= 5; attempt++) {
      try {
        await file.write(bytes, 0, 3, 0);
        say(`written at attempt ${attempt}`);
        break;
      } catch (error) {
        say(error instanceof DiskError ? error.code : "other");
      }
    }
    for (let attempt = 1; attempt <= 5; attempt++) {
      try {
        await file.sync();
        say(`synced at attempt ${attempt}`);
        break;
      } catch (error) {
        say(error instanceof DiskError ? error.code : "other");
      }
    }
    say(`reads ${(await readFile(host.disk, "/file")).join(" ")}`);
  })();
};

test("a failing operation fails as often as it was told and changes nothing", async () => {
  const error: Fault = {
    kind: "disk.error",
    target: "tm0",
    when: { atUs: 0 },
    params: { operation: "write", times: 2 },
  };
  const { texts } = await playFaults([error], { tm0: persistent, tm1: persistent });
  expect(texts("tm0")).toEqual(["EIO", "EIO", "written at attempt 3", "synced at attempt 1", "reads 1 2 3"]);
  expect(texts("tm1")).toEqual(["written at attempt 1", "synced at attempt 1", "reads 1 2 3"]);
});

test("after a failed sync the next one succeeds and the pages are lost all the same", async () => {
  const fails: Fault = { kind: "disk.sync-fails", target: "tm0", when: { atUs: 0 }, params: { times: 1 } };
  const loss: Fault = { kind: "machine.power-loss", target: "tm0", when: { atUs: ms(100) }, forUs: ms(10) };
  const { texts } = await playFaults([fails, loss], { tm0: persistent });
  expect(texts("tm0")).toEqual(["written at attempt 1", "EIO", "synced at attempt 2", "reads 1 2 3", "after: "]);
  const honest = await playFaults([loss], { tm0: persistent });
  expect(honest.texts("tm0").at(-1)).toBe("after: 1 2 3");
});

test("a slow disk is late and does all it is asked", async () => {
  const slow: Fault = {
    kind: "disk.slow",
    target: "tm0",
    when: { atUs: 0 },
    forUs: ms(60_000),
    params: { addUs: ms(300) },
  };
  const { texts, said } = await playFaults([slow], { tm0: persistent, tm1: persistent });
  expect(texts("tm0")).toEqual(texts("tm1"));
  const last = (role: string) => said.filter(one => one.role === role).at(-1)!.atMs;
  expect(last("tm1")).toBeLessThan(20);
  expect(last("tm0")).toBeGreaterThan(1000);
});

test("a fault that finds its target dead already has no effect", async () => {
  const kill = (atMs: number): Fault => ({
    kind: "proc.kill",
    target: "tm0",
    when: { atUs: ms(atMs) },
    forUs: ms(100),
  });
  const { ledger } = await playFaults([kill(20), kill(30)], { tm0: keeper({ sync: true }) });
  expect(ledger.map(row => row.effective)).toEqual([true, false]);
});

test("a trigger that never matched is reported", async () => {
  const { ledger } = await playFaults([{ kind: "proc.kill", target: "tm0", when: { on: { event: "no.such" } } }], {
    tm0: keeper({ sync: true }),
  });
  expect(ledger[0]).toMatchObject({ fired: false, effective: false, note: "its trigger never matched" });
});

test("every kind of the catalogue names a law that is tested here or with whole worlds", async () => {
  const { readFile: read, readdir } = await import("node:fs/promises");
  const files = (await readdir(new URL(".", import.meta.url))).filter(name => name.endsWith(".test.ts"));
  const here = await Promise.all(files.map(name => read(new URL(name, import.meta.url), "utf8")));
  for (const { kind, law } of faultCatalogue) {
    expect(
      here.some(text => text.includes(`test("${law}"`)),
      kind,
    ).toBe(true);
  }
});
