import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { interruptedOften, workerKilledOften } from "./interruptions.ts";

/** A sample of the proofs of that name. */
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-interrupted-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a campaign interrupted at a random moment reports what there was", { timeout: 240_000 }, async () => {
  expect(await interruptedOften(3, folder)).toMatchObject({ interruptions: 3 });
});

test("a worker killed at a random moment loses its own case and no other", { timeout: 180_000 }, async () => {
  expect(await workerKilledOften(3, folder, 6)).toMatchObject({ deaths: 3 });
});
