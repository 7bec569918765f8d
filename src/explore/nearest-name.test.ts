import { expect, test } from "vitest";
import { nearestName, suggestion } from "./nearest-name.ts";

test("a typing error finds its name", () => {
  expect(nearestName("repaly", ["replay", "explore", "list"])).toBe("replay");
  expect(nearestName("proc.kil", ["proc.kill", "proc.pause", "net.cut"])).toBe("proc.kill");
});

test("an unrelated word finds nothing, and the names are listed instead", () => {
  expect(nearestName("banana", ["replay", "explore"])).toBeUndefined();
  expect(suggestion("banana", ["replay", "explore"])).toBe("There is: replay, explore.");
});

test("the beginning of a long name is enough", () => {
  expect(nearestName("crash-between", ["crash-between-barrier-and-ack", "crash"])).toBe(
    "crash-between-barrier-and-ack",
  );
});
