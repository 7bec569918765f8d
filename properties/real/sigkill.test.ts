import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AirportDelay, Flight } from "../../scenarios/jobs/airport-delays.ts";
import { builtCommand } from "../../src/cli/testing/built-command.ts";
import { dataset } from "../../src/explore/dataset.ts";
import { shelf } from "../../src/explore/dataset.ts";
import { filesOf, readMetadata } from "../../src/runtime/checkpoint/metadata.ts";
import { pointerKey, pointerRecord } from "../../src/runtime/checkpoint/coordination-keys.ts";
import { readStateFile } from "../../src/runtime/state/state-reader.ts";
import { coordinationLogPath, readCoordinationLog } from "../../src/services/coordination/coordination-log.ts";
import { decodeReplica, replicaPath } from "../../src/services/file-store/stored-replica.ts";

/**
 * `millrace run` on the real machine: SIGKILL of the whole cluster at random moments, 20 times, and after each it goes
 * on. The output in the file sink is then exactly that of the same fold in a plain loop.
 *
 * Random here is really random: this is the real world, and a moment that breaks it is to be found, not replayed.
 */
const kills = 20;
const rounds = 40;

test("a cluster that is killed at random moments counts every record once", { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-"));
  try {
    const flights = shelf.slice(dataset("flights")) as readonly Flight[];
    let killed = 0;
    let restoredWithState = 0;
    for (let run = 0; killed < kills; run++) {
      const dir = join(folder, `run${run}`);
      mkdirSync(join(dir, "input"), { recursive: true });
      // Each round of the data has airports of its own, so that state grows along the run.
      const records = Array.from({ length: rounds }, (_, round) =>
        flights.map(flight => ({ ...flight, destination: `${flight.destination}-${round % 40}` })),
      ).flat();
      writeFileSync(join(dir, "input/flights.jsonl"), records.map(record => JSON.stringify(record)).join("\n"));
      for (;;) {
        const before = pointedCheckpoint(dir);
        const ended = await play(dir, killed < kills ? Math.random() * 1200 : undefined);
        if (before !== undefined && ended.restored === before.checkpoint && before.entries > 0) restoredWithState++;
        if (ended.finished) break;
        killed++;
      }
      expect(witnessOf(dir)).toEqual(foldOf(records));
    }
    expect(restoredWithState).toBeGreaterThanOrEqual(15);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Runs until the end, or until it is killed so long after the job runs; `restored` is the checkpoint that the job went on from, if it got so far. */
async function play(dir: string, killAfterMs: number | undefined): Promise<{ finished: boolean; restored: number }> {
  const params = JSON.stringify({ path: "file:///out", intervalMs: 50 });
  const args = [builtCommand, "run", "airport-delays", "--dir", dir, "--input", join(dir, "input"), "--params", params];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on("data", chunk => {
    said += String(chunk);
    // From the moment that the job runs: how long a busy machine takes to start says nothing about the job.
    if (killAfterMs !== undefined && said.includes("job.running"))
      timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  const code = await new Promise<number | null>(resolve => child.on("exit", resolve));
  clearTimeout(timer);
  if (code !== 0 && code !== null) throw new Error(`millrace run ended with ${code}:\n${said}`);
  return { finished: code === 0, restored: Number(/job\.running.*restored (\d+)/.exec(said)?.[1] ?? 0) };
}

/** The newest completed checkpoint, as the files of the dead cluster say, and how many state entries it holds. */
function pointedCheckpoint(dir: string): { readonly checkpoint: number; readonly entries: number } | undefined {
  const log = join(dir, coordinationLogPath("/coord"));
  if (!existsSync(log)) return undefined;
  const changes = readCoordinationLog(readFileSync(log));
  // A job that has finished has no pointer any more: its removal is a change, too, and its files are gone.
  const last = changes.findLast(change => "key" in change && change.key === pointerKey("airport-delays"));
  if (last?.kind !== "set") return undefined;
  const { storage, completed } = pointerRecord(last.value, "pointer");
  const newest = completed.at(-1);
  if (newest === undefined) return undefined;
  const read = (path: string) => storedFile(dir, `${storage.replace("dfs://", "")}/${path}`);
  const metadata = readMetadata(read(newest.metadata.path));
  const entries = filesOf(metadata).reduce((sum, file) => sum + readStateFile(read(file.path)).length, 0);
  return { checkpoint: newest.checkpoint, entries };
}

function storedFile(dir: string, path: string): Uint8Array {
  for (const node of ["dfs0", "dfs1", "dfs2"]) {
    const replica = join(dir, replicaPath(`/${node}`, path));
    const contents = existsSync(replica) ? decodeReplica(path, readFileSync(replica)) : undefined;
    if (contents !== undefined) return contents;
  }
  throw new Error(`no replica of ${path} is whole`);
}

/** Per airport: how often each result was committed, and the last one by number of flights. */
function witnessOf(dir: string): Readonly<Record<string, AirportDelay>> {
  const results = new Map<string, AirportDelay[]>();
  for (const name of readdirSync(join(dir, "out"))
    .filter(file => file.endsWith(".jsonl"))
    .sort()) {
    for (const line of readFileSync(join(dir, "out", name), "utf8")
      .trimEnd()
      .split("\n")) {
      const { value } = JSON.parse(line) as { value: AirportDelay };
      const known = results.get(value.airport);
      if (known === undefined) results.set(value.airport, [value]);
      else known.push(value);
    }
  }
  return Object.fromEntries(
    [...results].sort().map(([airport, values]) => {
      // Each flight gives one result: counts 1, 2, 3, … in order, none missing and none twice.
      expect(values.map(value => value.flights)).toEqual(values.map((_, index) => index + 1));
      return [airport, values.at(-1)!];
    }),
  );
}

function foldOf(flights: readonly Flight[]): Readonly<Record<string, AirportDelay>> {
  const totals = new Map<string, AirportDelay>();
  for (const { destination: airport, delay } of flights) {
    const sum = totals.get(airport) ?? { airport, flights: 0, delayMinutes: 0, worstMinutes: -Infinity };
    totals.set(airport, {
      airport,
      flights: sum.flights + 1,
      delayMinutes: sum.delayMinutes + delay,
      worstMinutes: Math.max(sum.worstMinutes, delay),
    });
  }
  return Object.fromEntries([...totals].sort());
}
