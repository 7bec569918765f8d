import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { playingFlags } from "./own-process.ts";

test("this Node starts with the options of processes that play cases", () => {
  const { status, stdout } = spawnSync(process.execPath, [...playingFlags, "-p", "process.execArgv.length"], {
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${playingFlags.length + 2}\n` });
});
