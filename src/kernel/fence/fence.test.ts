import crypto from "node:crypto";
import fs, { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import net from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import vm from "node:vm";
import zlib from "node:zlib";
import { createJiti } from "jiti";
import { beforeAll, expect, test } from "vitest";
import { Journal } from "../journal.ts";
import { Kernel, type KernelEnd } from "../kernel.ts";
import { FenceError } from "./fence-error.ts";
import { installFence } from "./fence.ts";
import { stage } from "./stage.ts";

beforeAll(() => {
  installFence();
  installFence();
});

test("a process gets its machine's clock, whichever way it asks", async () => {
  const { now } = Date;
  const seen = await inTurn(5_000_000, () => [
    Date.now(),
    now(),
    new Date().getTime(),
    Date.parse(Date()),
    performance.now(),
    process.hrtime()[0],
    Number(process.hrtime.bigint()),
    process.uptime(),
    performance.timeOrigin,
    new Intl.DateTimeFormat("en", { timeZone: "UTC", second: "numeric" }).format(),
  ]);
  expect(seen).toEqual([5000, 5000, 5000, 5000, 5000, 5, 5_000_000_000, 5, 0, "5"]);
});

test("Date stays Date: instances, subclasses, arguments and statics", async () => {
  const check = (): unknown[] => {
    class Later extends Date {
      readonly later = true;
    }
    const later = new Later();
    const date = new Date(2020, 1, 2);
    return [
      date instanceof Date,
      date.constructor === Date,
      later instanceof Later && later instanceof Date && later.later,
      typeof Date(),
      Date.length,
      Date.name,
      Date.UTC(2020, 0),
      date.getFullYear(),
      new Date("2021-03-04T00:00:00Z").toISOString(),
    ];
  };
  const expected = [true, true, true, "string", 7, "Date", 1577836800000, 2020, "2021-03-04T00:00:00.000Z"];
  expect(check()).toEqual(expected);
  expect(await inTurn(1, check)).toEqual(expected);
});

test("outside of turns everything is Node's", async () => {
  expect(Date.now()).toBeGreaterThan(1_700_000_000_000);
  expect(readFileSync(import.meta.filename, "utf8")).toContain("everything is Node's");
  expect((await readFile(import.meta.filename, "utf8")).length).toBeGreaterThan(100);
  expect(await wait(1, "waited")).toBe("waited");
  expect(await promisify(setTimeout)(1, "waited")).toBe("waited");
  expect(new net.Socket()).toBeInstanceOf(net.Socket);
  expect(new WeakRef({ a: 1 }).deref()).toEqual({ a: 1 });
  expect(crypto.randomBytes(4)).toHaveLength(4);
  expect(await promisify(zlib.gzip)("abc")).toBeInstanceOf(Buffer);
  await new Promise<void>(resolve => {
    const handle = setInterval(() => {
      clearInterval(handle);
      resolve();
    }, 1);
  });
});

test("randomness is the seed's, and another life draws anew", async () => {
  const ask = (): unknown[] => [
    Math.random(),
    crypto.randomUUID(),
    crypto.randomBytes(4).toString("hex"),
    crypto.randomInt(1000),
    [...globalThis.crypto.getRandomValues(new Uint8Array(4))],
    globalThis.crypto.randomUUID(),
    [...crypto.randomFillSync(new Uint16Array(4), 1, 2)],
  ];
  const first = await inTurn(1, ask);
  expect(await inTurn(1, ask)).toEqual(first);
  expect(await inTurn(1, ask, { life: 1 })).not.toEqual(first);
  expect(first[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect((first[6] as number[])[0]).toBe(0);
});

test("timers run in turns of their process, in virtual time, and die with it", async () => {
  const kernel = new Kernel({ seed: "timers" });
  const tm0 = kernel.incarnation("tm0", 0);
  const tm1 = kernel.incarnation("tm1", 0);
  const seen: string[] = [];
  const see = (what: string): void => void seen.push(`${kernel.nowUs / 1000} ${kernel.current?.role} ${what}`);
  kernel.at(0, tm0.owner, () => {
    tm0.turn(() => {
      setTimeout(see, 1000, "timeout");
      setTimeout(see, 0, "zero is one");
      setImmediate(see, "immediate");
      const never = setTimeout(see, 10, "never");
      clearTimeout(never);
      const byNumber = +setTimeout(see, 10, "never");
      clearTimeout(byNumber);
      let left = 2;
      const repeat = setInterval(() => {
        see("interval");
        if (--left === 0) clearInterval(repeat);
      }, 100);
      void wait(500, "awaited").then(see);
      void promisify(setTimeout)(600, "promisified").then(see);
      setTimeout(() => tm0.kill(), 2000);
      setTimeout(see, 3000, "dead");
    });
    tm1.turn(() => void setTimeout(see, 2500, "lives"));
  });
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(seen).toEqual([
    "0 tm0 immediate",
    "1 tm0 zero is one",
    "100 tm0 interval",
    "200 tm0 interval",
    "500 tm0 awaited",
    "600 tm0 promisified",
    "1000 tm0 timeout",
    "2500 tm1 lives",
  ]);
});

const outside: Readonly<Record<string, () => unknown>> = {
  "fs.readFileSync": () => readFileSync("/etc/hostname"),
  "fs.existsSync": () => fs.existsSync("/"),
  "fs/promises.readFile": () => readFile("/etc/hostname"),
  "net.connect": () => net.connect(1),
  "net.Socket": () => new net.Socket(),
  fetch: () => fetch("http://localhost"),
  "zlib.gzip": () => zlib.gzip("abc", () => {}),
  "crypto.subtle.digest": () => globalThis.crypto.subtle.digest("SHA-256", new Uint8Array(1)),
  WeakRef: () => new WeakRef({}),
  FinalizationRegistry: () => new FinalizationRegistry(() => {}),
  MessageChannel: () => new MessageChannel(),
  "AbortSignal.timeout": () => AbortSignal.timeout(1),
  "process.exit": () => process.exit(7),
  "process.memoryUsage": () => process.memoryUsage(),
  "Atomics.wait": () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1),
};

for (const [api, reach] of Object.entries(outside)) {
  test(`${api} is refused by name, and the run is broken though the error is swallowed`, async () => {
    let error: unknown;
    const kernel = new Kernel({ seed: "outside" });
    const tm0 = kernel.incarnation("tm0", 0);
    kernel.at(0, tm0.owner, () =>
      tm0.turn(() => {
        try {
          void reach();
        } catch (caught) {
          error = caught;
        }
      }),
    );
    const end = (await kernel.run()) as Extract<KernelEnd, { kind: "broken" }>;
    expect(error).toBeInstanceOf(FenceError);
    expect((error as FenceError).api).toBe(api);
    expect(end.kind).toBe("broken");
    expect(
      end.reason.startsWith(`tm0 reached for the real world: ${api} at src/kernel/fence/fence.test.ts:`),
      end.reason,
    ).toBe(true);
  });
}

test("a file import() is refused by name", async () => {
  expect(await breaking(() => void importFile().catch(() => {}))).toBe(
    "tm0 reached for the real world: import(). Import what the job needs at the top of its module.",
  );
});

test("real work that goes round the fence breaks the run", async () => {
  const handle = await open(import.meta.filename);
  expect(await breaking(() => void handle.stat())).toBe(
    "A simulated process set real work going (FSReqPromise), such as a native call or a file that it had opened before: do it before the run.",
  );
  expect(await breaking(() => void handle.stat(), new Journal({ record: true }))).toMatch(/^tm0 set real work going/);
  await handle.close();
});

test("a kernel that is loaded when the fence stands already plays and looks for real work all the same", async () => {
  const jiti = createJiti(import.meta.url, { moduleCache: false });
  const fresh = await jiti.import<{ Kernel: typeof Kernel }>("../kernel.ts");
  const { Journal: FreshJournal } = await jiti.import<{ Journal: typeof Journal }>("../journal.ts");
  const kernel = new fresh.Kernel({ seed: "fresh", journal: new FreshJournal({ record: true }) });
  expect(fresh.Kernel).not.toBe(Kernel);
  const tm0 = kernel.incarnation("tm0", 0);
  let now = -1;
  kernel.at(7000, tm0.owner, () => tm0.turn(() => void (now = Date.now())));
  expect(await kernel.run()).toEqual({ kind: "idle" });
  expect(now).toBe(7);
});

test("an onCrash that throws breaks the run and leaves nobody on stage", async () => {
  const kernel = new Kernel({ seed: "stage" });
  const tm0 = kernel.incarnation("tm0", 0);
  kernel.onCrash = () => {
    throw new Error("of the world");
  };
  kernel.at(1, tm0.owner, () => tm0.turn(() => void Promise.reject(new Error("of the process"))));
  expect(await kernel.run()).toMatchObject({ kind: "broken", reason: "Error: of the world" });
  expect(stage.process).toBeUndefined();
});

test("printing is let through", async () => {
  expect(await inTurn(1, () => (console.debug("printed inside a turn"), "printed"))).toBe("printed");
});

/** Not the test runner's import(), which it rewrites to its own loader. */
function importFile(): Promise<unknown> {
  const loader = { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  const load = vm.runInThisContext("path => import(path)", loader) as (path: string) => Promise<unknown>;
  return load(import.meta.resolve("chalk"));
}

/** Plays one turn that breaks the run, and returns the reason. */
async function breaking(run: () => void, journal = new Journal()): Promise<string> {
  const kernel = new Kernel({ seed: "fence", journal });
  const tm0 = kernel.incarnation("tm0", 0);
  kernel.at(0, tm0.owner, () => tm0.turn(run));
  const end = await kernel.run();
  return end.kind === "broken" ? end.reason : end.kind;
}

/** Plays one turn at an instant and returns what it returned; the run must end without complaint. */
async function inTurn<T>(atUs: number, run: () => T, { life = 0 } = {}): Promise<T> {
  const kernel = new Kernel({ seed: "fence" });
  const tm0 = kernel.incarnation("tm0", life);
  let result: T | undefined;
  kernel.at(atUs, tm0.owner, () => tm0.turn(() => void (result = run())));
  expect(await kernel.run()).toEqual({ kind: "idle" });
  return result!;
}
