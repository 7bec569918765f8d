import { expect, test } from "vitest";
import { allowedNames, nearestName, suggestion } from "./nearest-name.ts";

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

test("of few names all are told, also beside the one that was probably meant", () => {
  expect(allowedNames("repaly", ["replay", "list"])).toBe('Did you mean "replay"? Allowed: replay, list.');
  expect(allowedNames("banana", ["replay", "list"])).toBe("Allowed: replay, list.");
});
