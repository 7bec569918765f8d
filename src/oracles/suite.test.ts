import { expect, test } from "vitest";
import { UnreadableLog } from "../services/log-broker/broker-log.ts";
import type { Observation } from "../sim/observation.ts";
import type { Oracle, Setting } from "./oracle.ts";
import { beginSuite, kindOfRole } from "./suite.ts";

test("an oracle sees what it wants and nothing else", () => {
  const seen: string[] = [];
  const suite = beginSuite(
    [spy("A", { frames: ["x.y"] }, seen), spy("B", { disks: ["dfs"] }, seen), spy("C", { processes: true }, seen)],
    setting,
  );
  suite.on(frame("x.y"));
  suite.on(frame("x.z"));
  suite.on({ kind: "disk", atUs: 1, machine: "m", role: "dfs12", operation: "sync", path: "/a" });
  suite.on({ kind: "disk", atUs: 1, machine: "m", role: "broker", operation: "sync", path: "/a" });
  suite.on({ kind: "process", atUs: 1, role: "tm0", incarnation: 0, what: "killed" });
  expect(seen).toEqual(["A frame", "B disk", "C process"]);
});

test("wants are merged without repetition", () => {
  const suite = beginSuite(
    [spy("A", { frames: ["x", "y"] }, []), spy("B", { frames: ["y"], disks: ["coord"] }, [])],
    setting,
  );
  expect(suite.wants).toEqual({ frames: ["x", "y"], disks: ["coord"], processes: false });
});

test("the first violation is returned, and all are counted", () => {
  const complaining = (id: string): Oracle => ({
    ...spy(id, { frames: ["x"] }, []),
    begin: () => ({
      checked: 1,
      on: () => ({ claim: id, where: "here", message: "no" }),
      end: () => [{ claim: id, where: "end", message: "no" }],
    }),
  });
  const suite = beginSuite([complaining("A"), complaining("B")], setting);
  expect(suite.on(frame("x"))?.claim).toBe("A");
  expect(suite.end({ atUs: 2, job: "finished" }).map(violation => violation.claim)).toEqual(["A", "B"]);
  expect(suite.counts()).toEqual({ A: { checked: 1, violated: 2 }, B: { checked: 1, violated: 2 } });
});

test("what one of a claim's oracles could not judge is told, whatever the others say", () => {
  const part = (notJudged?: string): Oracle => ({
    ...spy("A", { frames: ["x"] }, []),
    begin: () => ({ checked: 1, on: () => undefined, end: () => [], notJudged }),
  });
  const told = (...parts: readonly Oracle[]) => beginSuite(parts, setting).counts()["A"];
  expect(told(part(), part())).toEqual({ checked: 2, violated: 0 });
  expect(told(part("no order"), part())).toEqual({ checked: 2, violated: 0, notJudged: "no order" });
  expect(told(part(), part("no order"))).toEqual({ checked: 2, violated: 0, notJudged: "no order" });
});

test("no claim holds of a log that contradicts itself, and any other error is an error", () => {
  const failing = (error: Error): Oracle => ({
    ...spy("A", { frames: ["x"] }, []),
    begin: () => ({
      checked: 0,
      on: () => {
        throw error;
      },
      end: () => {
        throw error;
      },
    }),
  });
  const suite = beginSuite([failing(new UnreadableLog("broker.log makes no sense"))], setting);
  const violation = { claim: "A", where: "broker", message: "broker.log makes no sense" };
  expect(suite.on(frame("x"))).toEqual(violation);
  expect(suite.end({ atUs: 2, job: "finished" })).toEqual([violation]);
  const broken = beginSuite([failing(new RangeError("ours"))], setting);
  expect(() => broken.on(frame("x"))).toThrow(RangeError);
  expect(() => broken.end({ atUs: 2, job: "finished" })).toThrow(RangeError);
});

test("the kind of a role is its name without the index", () => {
  expect(["dfs12", "broker", "tm0"].map(kindOfRole)).toEqual(["dfs", "broker", "tm"]);
});

const setting = {} as Setting;

function frame(method: string): Observation {
  return {
    kind: "frame",
    connection: 1,
    atUs: 0,
    from: "a",
    to: "b",
    toIncarnation: 0,
    frame: { type: "request", method, call: 1, body: () => undefined },
  };
}

function spy(id: string, wants: Oracle["wants"], seen: string[]): Oracle {
  return {
    id,
    sentence: "sees",
    expectation: "always",
    wants,
    begin: () => ({
      checked: 0,
      on: observation => {
        seen.push(`${id} ${observation.kind}`);
        return undefined;
      },
      end: () => [],
    }),
  };
}
