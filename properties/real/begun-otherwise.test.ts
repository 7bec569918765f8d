import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Flight } from "../../scenarios/jobs/airport-delays.ts";
import { builtCommand } from "../../src/cli/testing/built-command.ts";
import { dataset, shelf } from "../../src/explore/dataset.ts";

/**
 * `millrace run` on a folder whose job was begun otherwise and has not ended: it is refused before anybody leads, and
 * the job goes on as it was begun, to its end.
 */
test("a folder is not gone on with by another job than was begun in it", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-"));
  try {
    const flights = shelf.slice(dataset("flights")) as readonly Flight[];
    const records = Array.from({ length: 20 }, () => flights).flat();
    mkdirSync(join(folder, "input"));
    writeFileSync(join(folder, "input/flights.jsonl"), records.map(record => JSON.stringify(record)).join("\n"));
    const params = JSON.stringify({ path: "file:///out", intervalMs: 50 });
    const play = (until: string | undefined, ...more: string[]) =>
      run(["--dir", join(folder, "data"), "--input", join(folder, "input"), "--params", params, ...more], until);

    const begun = await play("checkpoint.complete");
    expect(begun).toMatchObject({ code: null, said: expect.not.stringContaining("job.finished") as string });

    const wider = await play(undefined, "--parallelism", "3");
    expect(wider.code).toBe(2);
    expect(wider.said).toMatch(
      /^error: The job "airport-delays" in .*data has not ended and was begun with another graph: the job was changed, or --parallelism\. Go on with it as it was begun, or give another --dir\.\n$/,
    );
    const elsewhere = await play(undefined, "--params", JSON.stringify({ path: "file:///other", intervalMs: 50 }));
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.said).toContain("was begun with other --params. Go on with it as it was begun");

    const again = await play(undefined);
    expect(again.code).toBe(0);
    expect(again.said).toMatch(/job\.running restored [1-9]/);
    // What has ended is only told: nothing is left that could be gone on with otherwise.
    expect(await play(undefined, "--parallelism", "3")).toMatchObject({ code: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Runs to the end, or is killed as soon as it says `until`. */
async function run(args: readonly string[], until: string | undefined): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [builtCommand, "run", "airport-delays", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", chunk => {
    said += String(chunk);
    if (until !== undefined && said.includes(until)) child.kill("SIGKILL");
  });
  const code = await new Promise<number | null>(resolve => child.on("close", resolve));
  return { code, said };
}
