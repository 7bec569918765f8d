import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { playingFlags, playingFlagsOf } from "./own-process.ts";

test("this Node starts with the options of processes that play cases", () => {
  const { status, stdout } = spawnSync(process.execPath, [...playingFlags, "-p", "process.execArgv.length"], {
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${playingFlags.length + 2}\n` });
});

test("an option that a later V8 does not know is not given to it: it would refuse to start", () => {
  const budget = (v8: string) => playingFlagsOf(v8).filter(flag => flag.startsWith("--interrupt-budget"));
  expect(budget("11.3.244.8-node.33")).toHaveLength(1);
  expect([budget("12.4.254.21-node.57"), budget("13.6.233.17-node.63")]).toEqual([[], []]);
});
