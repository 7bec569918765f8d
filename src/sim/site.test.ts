import { expect, test } from "vitest";
import type { Host } from "../host/host.ts";
import { Journal } from "../kernel/journal.ts";
import { Kernel } from "../kernel/kernel.ts";
import { Site } from "./site.ts";
import { diskless } from "./test/diskless.ts";
import { SmallSite } from "./test/small-site.ts";

const changes = (site: Site): string[] => {
  const log: string[] = [];
  site.onProcess(({ role, incarnation, what }) => log.push(`${role}/${incarnation} ${what}`));
  return log;
};

test("every life is a new incarnation with a host and random numbers of its own", async () => {
  const small = new SmallSite(["a"]);
  const log = changes(small.site);
  const hosts: Host[] = [];
  const numbers: number[] = [];
  small.site.start("a", host => {
    hosts.push(host);
    numbers.push(host.random.uint32());
  });
  small.at(1, () => small.site.kill("a"));
  small.at(2, () => small.site.start("a"));
  await small.play();
  expect(log).toEqual(["a/0 started", "a/0 killed", "a/1 started"]);
  expect(new Set(hosts).size).toBe(2);
  expect(new Set(numbers).size).toBe(2);
});

test("an error that nobody caught crashes the process, and exit ends it: each says why", async () => {
  const small = new SmallSite(["crashing", "rejecting", "exiting"]);
  const causes: Record<string, unknown> = {};
  small.site.onProcess(({ role, what, cause }) => {
    if (what !== "started") causes[`${role} ${what}`] = cause instanceof Error ? cause.message : cause;
  });
  small.site.start("crashing", host => {
    host.timer(1, () => {
      throw new Error("thrown");
    });
  });
  small.site.start("rejecting", host => {
    host.timer(1, () => void Promise.reject(new Error("rejected")));
  });
  small.site.start("exiting", host => {
    host.timer(1, () => {
      host.exit(3);
      host.emit({ event: "never.seen" });
    });
  });
  const emitted: string[] = [];
  small.site.onEmit((_role, _incarnation, { event }) => emitted.push(event));
  await small.kernel.run();
  expect(causes).toEqual({ "crashing crashed": "thrown", "rejecting crashed": "rejected", "exiting exited": 3 });
  expect(emitted).toEqual([]);
});

test("SI-2: a dead incarnation has no further effect, not even from the frame that it died in", async () => {
  const small = new SmallSite(["a", "b"]);
  const heard: string[] = [];
  const emitted: string[] = [];
  let settled = false;
  small.site.start("b", host => {
    void host.net.listen("b:in", connection => {
      connection.handle({
        data: chunk => heard.push(chunk.join()),
        ended: () => heard.push("ended"),
        closed: how => heard.push(how),
      });
    });
  });
  small.site.onEmit((role, _incarnation, { event }) => {
    emitted.push(event);
    if (event === "now.die") small.site.kill(role);
  });
  small.site.start("a", host => {
    host.timer(50, () => emitted.push("timer of the dead"));
    void host.net.connect("b:in").then(connection => {
      connection.handle({ data: () => {}, closed: () => emitted.push("closed") });
      connection.write(Uint8Array.of(1));
      host.timer(10, () => {
        connection.write(Uint8Array.of(2));
        host.emit({ event: "now.die" });
        connection.write(Uint8Array.of(3));
        connection.reset();
        host.emit({ event: "after.death" });
        host.timer(0, () => emitted.push("another timer of the dead"));
        host.net.connect("b:in").then(
          () => (settled = true),
          () => (settled = true),
        );
        throw new Error("an error of the dead is dropped");
      });
    });
  });
  await small.play();
  expect(heard).toEqual(["1", "2", "ended"]);
  expect(emitted).toEqual(["now.die"]);
  expect(settled).toBe(false);
});

test("a watched port call can be killed just before it, in the life that is meant, and each call has its number", async () => {
  const effects = async (life: number, call: number): Promise<string[]> => {
    const small = new SmallSite(["a"]);
    const emitted: string[] = [];
    small.site.onEmit((_role, incarnation, { event }) => emitted.push(`${event} of life ${incarnation.number}`));
    small.site.watchCall("a", life, call, () => small.site.kill("a"));
    small.site.start("a", host => {
      host.emit({ event: "one" });
      host.timer(5, () => host.emit({ event: "three" }));
    });
    small.at(10, () => small.site.kill("a"));
    small.at(11, () => small.site.start("a"));
    await small.play();
    return emitted;
  };
  const whole = ["one of life 0", "three of life 0", "one of life 1", "three of life 1"];
  expect(await effects(2, 1)).toEqual(whole);
  expect(await effects(0, 4)).toEqual(whole);
  expect(await effects(0, 3)).toEqual([whole[0], whole[2], whole[3]]);
  expect(await effects(0, 2)).toEqual([whole[0], whole[2], whole[3]]);
  expect(await effects(0, 1)).toEqual([whole[2], whole[3]]);
  expect(await effects(1, 3)).toEqual(whole.slice(0, 3));
});

test("several watches on one life are all reached, in the order of the calls", async () => {
  const small = new SmallSite(["a"]);
  const reached: number[] = [];
  for (const call of [3, 1, 3]) small.site.watchCall("a", 0, call, () => reached.push(call));
  small.site.start("a", host => {
    for (let i = 0; i < 4; i++) host.emit({ event: "tick" });
  });
  await small.play();
  expect(reached).toEqual([1, 3, 3]);
});

test("a machine that loses power takes all its roles with it, and starts nothing by itself", async () => {
  const kernel = new Kernel({ seed: "a" });
  const site = new Site(kernel);
  const log = changes(site);
  site.addMachine("m0", { disk: diskless });
  site.addMachine("m1", { disk: diskless });
  for (const role of ["coord", "broker"]) site.place(role, "m0");
  site.place("tm0", "m1");
  for (const role of site.roles) site.start(role, () => {});
  await kernel.run();
  expect(site.powerLoss(["m0", "m0"])).toEqual({ machines: 1, lives: 2, spared: 0, lost: 0 });
  expect(() => site.start("coord")).toThrow("has no power");
  site.powerOn("m0");
  site.start("coord");
  expect(log.slice(3)).toEqual(["coord/0 killed", "broker/0 killed", "coord/1 started"]);
});

test("what the world asks for and does not exist is refused by name", () => {
  const { site } = new SmallSite(["tm0"]);
  expect(() => site.kill("tm9")).toThrow("Role tm9 does not exist; this site has tm0.");
  expect(() => site.network.link("tm0", "tm9")).toThrow("Machine tm9 does not exist; this site has tm0.");
  expect(() => site.start("tm0")).toThrow("give it a main");
});

test("SI-1: the same seed gives the same digest, recording on or off; another seed another", async () => {
  const digest = async (seed: string, record: boolean): Promise<string> => {
    const kernel = new Kernel({ seed, journal: new Journal({ record }) });
    const site = new Site(kernel);
    for (const role of ["a", "b"]) {
      site.addMachine(role, { disk: diskless });
      site.place(role, role);
    }
    site.start("b", host => {
      void host.net.listen("b:in", connection => {
        connection.handle({ data: chunk => void connection.write(chunk), closed: () => {} });
      });
    });
    site.start("a", host => {
      void host.net.connect("b:in").then(connection => {
        connection.handle({ data: () => host.emit({ event: "echo.heard" }), closed: () => {} });
        for (let i = 0; i < 20; i++) host.timer(host.random.below(30), () => connection.write(new Uint8Array(i)));
      });
    });
    await kernel.run();
    return kernel.journal.digest.hex;
  };
  expect(await digest("a", true)).toBe(await digest("a", false));
  expect(await digest("b", false)).not.toBe(await digest("a", false));
});

test("a cancelled timer does not fire, even when the process was too busy to run it in time", async () => {
  const small = new SmallSite(["a"]);
  const fired: string[] = [];
  small.site.start("a", host => {
    const early = host.timer(1, () => fired.push("early"));
    early.cancel();
    early.cancel();
    host.timer(2, () => {
      fired.push("busy");
      host.work(10_000);
      host.timer(0, () => late.cancel());
    });
    const late = host.timer(5, () => fired.push("late"));
    host.timer(6, () => fired.push(`free at ${small.kernel.nowUs}`));
  });
  await small.play();
  expect(fired).toEqual(["busy", "free at 12000"]);
});
