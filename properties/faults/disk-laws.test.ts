import { expect, test } from "vitest";
import { DiskError, type Disk } from "../../src/host/disk.ts";
import { exists, makeDurableFolder, publishFile, readFile, writeNewFile } from "../../src/host/file.ts";
import type { Fault, FaultKind } from "../../src/world/fault.ts";
import { playFaults, saidBy, type Program } from "./fault-stage.ts";

/** Laws of faults of disks; `tm1`, which does the same beside the one that is hit, stays as it was in every one. */

const ms = (milliseconds: number) => milliseconds * 1000;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function fault(kind: FaultKind, more: Partial<Fault> = {}): Fault {
  return { kind, target: "tm0", when: { atUs: ms(50) }, ...more };
}

const powerLoss = (atMs: number): Fault => fault("machine.power-loss", { when: { atUs: ms(atMs) }, forUs: ms(10) });

/** Runs a body per life, in order, after waiting `atMs` in the first; says what it throws. */
function lives(...bodies: readonly ((disk: Disk, say: (text: string) => void) => Promise<void>)[]): Program {
  return (host, life, say) => {
    void bodies[Math.min(life, bodies.length - 1)]!(host.disk, say).catch((error: unknown) => say(codeOf(error)));
  };
}

/** Two files of a role, durable, and then a wait until the fault has fallen. */
function holder(role: string, then: (disk: Disk, say: (text: string) => void) => Promise<void>): Program {
  return (host, life, say) => {
    void (async () => {
      if (life > 0) return say(`after: ${(await contents(host.disk, role)).join(" ")}`);
      await makeDurableFolder(host.disk, `/${role}`);
      for (const name of ["a", "b"]) await publishFile(host.disk, `/${role}/${name}`, Buffer.from(name.repeat(600)));
      host.timer(80, () => void then(host.disk, say).catch((error: unknown) => say(codeOf(error))));
    })();
  };
}

function codeOf(error: unknown): string {
  return error instanceof DiskError ? error.code : String(error);
}

/** Each file as a word: `a` whole, `a?` changed, `a!` unreadable. */
async function contents(disk: Disk, role: string): Promise<string[]> {
  const words: string[] = [];
  if (!(await exists(disk, `/${role}`))) return ["nothing"];
  for (const name of await disk.readdir(`/${role}`)) {
    const read = await readFile(disk, `/${role}/${name}`).catch(() => undefined);
    words.push(read === undefined ? `${name}!` : text(read) === name.repeat(600) ? name : `${name}?`);
  }
  return words;
}

const look = (role: string): Program =>
  holder(role, async (disk, say) => say(`now: ${(await contents(disk, role)).join(" ")}`));

async function against(plan: readonly Fault[], program: (role: string) => Program) {
  const programs = { tm0: program("tm0"), tm1: program("tm1") };
  const played = await playFaults(plan, programs);
  const calm = await playFaults([], programs);
  expect(saidBy(played, "tm1")).toEqual(saidBy(calm, "tm1"));
  return { played, calm, hit: played.texts("tm0"), well: played.texts("tm1") };
}

test("a full disk cuts a write short, then has no space, and overwrites go on", async () => {
  const full = fault("disk.full", { when: { atUs: 0 }, forUs: ms(60), params: { freeBytes: 100 } });
  const { hit, well, played } = await against([full], () =>
    lives(async (disk, say) => {
      const file = await disk.open("/f", "wx");
      const write = async (at: number, length: number): Promise<void> => {
        const written = await file.write(new Uint8Array(length), 0, length, at).catch(codeOf);
        say(typeof written === "string" ? written : String(written.bytesWritten));
      };
      await write(0, 60);
      await write(60, 60);
      await write(100, 1);
      await write(0, 100);
      say(await disk.mkdir("/d").then(() => "made", codeOf));
      say(String((await file.stat()).size));
    }),
  );
  expect(hit).toEqual(["60", "40", "ENOSPC", "100", "ENOSPC", "100"]);
  expect(well).toEqual(["60", "60", "1", "100", "made", "120"]);
  expect(played.ledger[0]).toMatchObject({ effective: true });
});

test("a stalled disk answers nothing, and then everything", async () => {
  const stall = fault("disk.stall", { when: { atUs: 0 }, forUs: ms(400) });
  const { hit, well, played } = await against([stall], () =>
    lives(async (disk, say) => {
      await publishFile(disk, "/f", Buffer.from("x"));
      say(text(await readFile(disk, "/f")));
    }),
  );
  expect(hit).toEqual(well);
  expect(played.said.find(one => one.role === "tm0")!.atMs).toBeGreaterThanOrEqual(400);
  expect(played.said.find(one => one.role === "tm1")!.atMs).toBeLessThan(50);
});

test("a hung call is never answered, and a restart gives the process its disk back", async () => {
  const hang = fault("disk.hang", { when: { atUs: 0 }, forUs: ms(300), params: { operation: "mkdir", calls: 4 } });
  const { hit, well, played } = await against([hang], () =>
    lives(
      async (disk, say) => {
        for (let i = 0; i < 4; i++) void disk.mkdir(`/${i}`).then(() => say("made"));
        // The four hold all places: what comes behind them waits as well.
        await disk.readdir("/");
        say("read");
      },
      async (disk, say) => {
        await disk.readdir("/");
        say("read again");
      },
    ),
  );
  expect(hit).toEqual(["read again"]);
  expect(well).toHaveLength(5);
  expect(played.said.find(one => one.role === "tm0")!.atMs).toBeGreaterThanOrEqual(300);
});

test("a hang that met no call ends with no restart, and had no effect", async () => {
  const hang = fault("disk.hang", { forUs: ms(100) });
  const idle: Program = (host, life, say) => void host.timer(200, () => say(`life ${life}`));
  const { hit, played } = await against([hang], () => idle);
  expect(hit).toEqual(["life 0"]);
  expect(played.ledger[0]).toMatchObject({ fired: true, effective: false, note: "changed nothing" });
});

test("an error may meet every operation on a path for as long as the fault lasts, and no other path", async () => {
  const error = fault("disk.error", {
    when: { atUs: 0 },
    forUs: ms(1_000),
    params: { operation: "any", path: "/bad/*", code: "EROFS", times: 0 },
  });
  const { hit } = await against([error], () =>
    lives(async (disk, say) => {
      await disk.mkdir("/bad");
      for (const path of ["/bad/f", "/good"])
        say(await writeNewFile(disk, path, Buffer.from("x")).then(() => "written", codeOf));
      for (const path of ["/bad/f", "/good"]) say(await disk.stat(path).then(() => "there", codeOf));
    }),
  );
  expect(hit).toEqual(["EROFS", "written", "EROFS", "there"]);
});

test("a sync that lies says yes, and the power takes what it covered", async () => {
  const lies = fault("disk.sync-lies", { when: { atUs: 0 }, forUs: ms(60) });
  const paths = Array.from({ length: 10 }, (_, i) => `/${i}`);
  const publish = (): Program =>
    lives(
      async (disk, say) => {
        for (const path of paths) await publishFile(disk, path, Buffer.from("x"));
        say("published");
      },
      async (disk, say) => {
        for (const path of paths) if (await exists(disk, path)) say(path);
      },
    );
  const lied = await against([lies, powerLoss(50)], publish);
  expect(lied.hit[0]).toBe("published");
  expect(lied.hit.length).toBeLessThan(11);
  expect(lied.played.ledger[0]!.note).toContain("lied to tm0's sync");
  const honest = await playFaults([powerLoss(50)], { tm0: publish() });
  expect(honest.texts("tm0")).toEqual(["published", ...paths]);
});

test("there is no lie where a sync has nothing to make durable", async () => {
  const lies = (untilMs: number): Fault => fault("disk.sync-lies", { forUs: ms(untilMs) });
  const program: Program = (host, _life, say) => {
    void (async () => {
      await publishFile(host.disk, "/clean", Buffer.from("x"));
      const [clean, dirty] = [await host.disk.open("/clean", "r"), await host.disk.open("/dirty", "wx")];
      await dirty.write(Buffer.from("y"), 0, 1, 0);
      host.timer(60, () => void clean.sync());
      host.timer(120, () => void dirty.sync().then(() => say("synced")));
    })();
  };
  const effects = async (fault: Fault) =>
    (await playFaults([fault], { tm0: program })).ledger.map(row => row.effective);
  expect(await effects(lies(40))).toEqual([false]);
  expect(await effects(lies(100))).toEqual([true]);
});

test("a sync after the lies covers what they left", async () => {
  const lies = fault("disk.sync-lies", { when: { atUs: 0 }, forUs: ms(20) });
  const program: Program = (host, life, say) => {
    void (async () => {
      if (life > 0) return say(text(await readFile(host.disk, "/f")));
      await publishFile(host.disk, "/f", Buffer.from("x"));
      host.timer(30, () => {
        void (async () => {
          await (await host.disk.open("/f", "r")).sync();
          await host.disk.syncDirectory("/");
        })();
      });
    })();
  };
  expect((await playFaults([lies, powerLoss(60)], { tm0: program })).texts("tm0")).toEqual(["x"]);
});

test("a lost write is acknowledged and synced, and the old content is read", async () => {
  const { hit, well } = await against([fault("disk.lost-write")], role =>
    holder(role, async (disk, say) => {
      const file = await disk.open(`/${role}/a`, "r+");
      const written = await file.write(Buffer.from("new"), 0, 3, 0);
      say(`${written.bytesWritten} written`);
      await file.sync();
      say(text((await readFile(disk, `/${role}/a`)).subarray(0, 4)));
      await file.write(Buffer.from("NEW"), 0, 3, 0);
      await file.sync();
      say(text((await readFile(disk, `/${role}/a`)).subarray(0, 4)));
    }),
  );
  expect(hit).toEqual(["3 written", "aaaa", "NEWa"]);
  expect(well).toEqual(["3 written", "newa", "NEWa"]);
});

test("a write is lost on the path that was named, and on no other", async () => {
  const { hit, well } = await against([fault("disk.lost-write", { params: { path: "*/b*" } })], role =>
    holder(role, async (disk, say) => {
      for (const name of ["a", "b"]) {
        const file = await disk.open(`/${role}/${name}`, "r+");
        await file.write(Buffer.from("new"), 0, 3, 0);
        await file.sync();
        say(text((await readFile(disk, `/${role}/${name}`)).subarray(0, 4)));
      }
    }),
  );
  expect(hit).toEqual(["newa", "bbbb"]);
  expect(well).toEqual(["newa", "newb"]);
});

test("a misdirected write leaves its place as it was and spoils another", async () => {
  const { hit, well } = await against([fault("disk.misdirect")], role =>
    holder(role, async (disk, say) => {
      const file = await disk.open(`/${role}/a`, "r+");
      await file.write(Buffer.from("new"), 0, 3, 0);
      await file.sync();
      say(text((await readFile(disk, `/${role}/a`)).subarray(0, 4)));
      const other = text(await readFile(disk, `/${role}/b`));
      say(`${other.length} bytes, ${other.split("new").length - 1} new`);
    }),
  );
  expect(hit).toEqual(["aaaa", "600 bytes, 1 new"]);
  expect(well).toEqual(["newa", "600 bytes, 0 new"]);
});

test("rot changes bits of one durable file and of no other", async () => {
  const { hit, well, played } = await against([fault("disk.rot", { params: { path: "/tm0/b" } })], look);
  expect(hit).toEqual(["now: a b?"]);
  expect(well).toEqual(["now: a b"]);
  expect(played.ledger[0]!.note).toMatch(/^\/tm0\/b: bits of its sector [01] flipped$/);
});

test("rot stays through a power loss, and finds nothing where nothing is durable", async () => {
  const rotten = await playFaults([fault("disk.rot", { params: { path: "/tm0/b" } }), powerLoss(100)], {
    tm0: look("tm0"),
  });
  expect(rotten.texts("tm0")).toEqual(["now: a b?", "after: a b?"]);
  const nothing = await playFaults([fault("disk.rot", { params: { path: "/none/*" } })], { tm0: look("tm0") });
  expect(nothing.texts("tm0")).toEqual(["now: a b"]);
  expect(nothing.ledger[0]).toMatchObject({ fired: true, effective: false });
});

test("a latent sector fails to be read until it is written", async () => {
  const { hit, well } = await against([fault("disk.latent", { params: { path: "/tm*/a" } })], role =>
    holder(role, async (disk, say) => {
      say((await contents(disk, role)).join(" "));
      const file = await disk.open(`/${role}/a`, "r+");
      await file.write(Buffer.from("a".repeat(600)), 0, 600, 0);
      say((await contents(disk, role)).join(" "));
    }),
  );
  expect(hit).toEqual(["a! b", "a b"]);
  expect(well).toEqual(["a b", "a b"]);
});

test("a wiped machine comes back with nothing on its disk", async () => {
  const { hit, well } = await against([fault("disk.wipe", { when: { atUs: ms(100) }, forUs: ms(20) })], look);
  expect(hit).toEqual(["now: a b", "after: nothing"]);
  expect(well).toEqual(["now: a b"]);
});

test("swapped machines find each other's files", async () => {
  const swap = fault("disk.swap", { when: { atUs: ms(100) }, forUs: ms(20), params: { with: "tm2" } });
  const find: Program = (host, life, say) => {
    void (async () => {
      if (life === 0) return publishFile(host.disk, `/${host.role}`, Buffer.from("x"));
      say((await host.disk.readdir("/")).join(" "));
    })();
  };
  const { said, texts, ledger } = await playFaults([swap], { tm0: find, tm1: find, tm2: find });
  expect([texts("tm0"), texts("tm1"), texts("tm2")]).toEqual([["tm2"], [], ["tm0"]]);
  expect(said).toHaveLength(2);
  expect(ledger[0]!.note).toBe("swapped the disks of tm0 and tm2");
});

test("too many open descriptors: EMFILE, until one is closed", async () => {
  const { texts } = await playFaults([], {
    tm0: lives(async (disk, say) => {
      const files = [];
      await writeNewFile(disk, "/f", Buffer.from("x"));
      for (let i = 0; i < 1_024; i++) files.push(await disk.open("/f", "r"));
      say(await disk.open("/f", "r").then(() => "opened", codeOf));
      await files[0]!.close();
      say(await disk.open("/f", "r").then(() => "opened", codeOf));
    }),
  });
  expect(texts("tm0")).toEqual(["EMFILE", "opened"]);
});

test("a descriptor of a former life reaches nothing any more", async () => {
  let kept: Awaited<ReturnType<Disk["open"]>> | undefined;
  const kill = fault("proc.kill", { when: { atUs: ms(20) }, forUs: ms(10) });
  const { texts } = await playFaults([kill], {
    tm0: (host, life, say) => {
      void (async () => {
        if (life === 0) return void (kept = await host.disk.open("/f", "wx"));
        void kept!.write(Buffer.from("ghost"), 0, 5, 0).then(
          () => say("answered"),
          () => say("answered"),
        );
        host.timer(50, () => void host.disk.stat("/f").then(({ size }) => say(`${size} bytes`)));
      })();
    },
  });
  expect(texts("tm0")).toEqual(["0 bytes"]);
});
