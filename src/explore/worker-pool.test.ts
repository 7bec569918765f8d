import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { campaign, indicesOf, playInline } from "./campaign.ts";
import type { IndexedRun } from "./case-line.ts";
import { noRecoveries } from "./case-run.ts";
import { messageOf } from "./signature.ts";
import { playInProcesses } from "./worker-pool.ts";
import type { PilotFlown } from "./worker-protocol.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-pool-"));
const script = join(folder, "worker.mjs");
// A worker whose runs depend on the index alone; when told to it dies at one index, stands still at another, each time or
// only once, or is slow and says that it is alive. With `fliesAt` only the worker that plays this index has a pilot: the
// others stand still until they are given it.
writeFileSync(
  script,
  `import { appendFileSync, existsSync, writeFileSync } from "node:fs";
let setup, pilot;
const waiting = [];
process.on("message", order => {
  if (order.kind === "setup") { setup = order.setup; process.send({ kind: "ready" }); return; }
  if (order.kind === "pilot") { ({ pilot } = order); for (const one of waiting.splice(0)) process.emit("message", one); return; }
  const { index } = order;
  if (index === setup.fliesAt) process.send({ kind: "pilot", name: "one", pilot: (pilot = { lengthUs: 7 }) });
  if (order.kind === "play" && setup.fliesAt !== undefined && pilot?.lengthUs !== 7) return void waiting.push(order);
  if (order.kind === "trace") process.send({ kind: "case", played: { seed: "of " + index } });
  if (order.kind === "trace" && !order.play) return process.send({ kind: "traced" });
  if (order.kind === "trace" && setup.fliesAt !== undefined) process.exit(9);
  if (order.kind === "trace") appendFileSync(order.file, '{"atUs":1500,"owner":"tm0","what":"source.first-record"}\\n');
  if (index === setup.diesAt) process.exit(9);
  if (index === setup.standsStillAt) for (;;);
  if (index === setup.standsStillOnceAt && !existsSync(setup.mark)) { writeFileSync(setup.mark, ""); for (;;); }
  if (order.kind === "trace") return process.send({ kind: "traced" });
  if (index === setup.slowAt && setup.signs-- > 0) {
    process.send({ kind: "alive" });
    return void setTimeout(() => process.emit("message", order), 300);
  }
  const run = { verdict: { kind: "passed" }, digest: "digest " + index, events: 1, simulatedMs: 1, activeSimulatedMs: 1, faults: [],
    recoveries: ${JSON.stringify(noRecoveries)}, claims: {}, phases: [], entries: [] };
  process.send({ kind: "played", run: { index, run } });
});
process.on("disconnect", () => process.exit());
`,
);

afterAll(() => rmSync(folder, { recursive: true }));

async function collect(
  setup: object,
  runs = 40,
  standstillMs = 20_000,
  onPilot?: (flown: PilotFlown) => void,
): Promise<IndexedRun[]> {
  const all: IndexedRun[] = [];
  const options = { jobs: 2, script, setup, standstillMs, ...(onPilot === undefined ? {} : { onPilot }) };
  for await (const run of playInProcesses(indicesOf(runs), options)) all.push(run);
  return all;
}

test("many processes give the same digest as one", async () => {
  const played = await collect({});
  const options = {
    bail: false,
    scenarioOf: () => "x",
    record: () => Promise.reject(new Error("nothing fails here")),
    stop: () => undefined,
  };
  async function* replayed(): AsyncGenerator<IndexedRun> {
    yield* played;
  }
  const many = await campaign(replayed(), options);
  const one = await campaign(
    playInline(indicesOf(40), index =>
      Promise.resolve({ ...played[0]!, index, run: { ...played[0]!.run, digest: `digest ${index}` } }),
    ),
    options,
  );
  expect(many.summary).toEqual(one.summary);
  expect(played.map(run => run.index)).toEqual([...indicesOf(40)]);
});

test("a worker that dies loses its own case and no other", async () => {
  const played = await collect({ diesAt: 7 });
  expect(played).toHaveLength(40);
  expect(played.filter(run => run.run.verdict.kind === "broken").map(run => run.index)).toEqual([7]);
  expect(played[7]).toMatchObject({ lost: true, played: { seed: "of 7" } });
});

test("what one worker has flown the others are given, the one that comes for a dead one too", async () => {
  const learned: PilotFlown[] = [];
  const setup = { fliesAt: 0, diesAt: 7 };
  const played = await collect(setup, 40, 1_500, flown => learned.push(flown));
  const rest = played.filter(({ index }) => index !== 7);
  expect(rest.map(run => run.run.verdict.kind)).toEqual(Array.from({ length: 39 }, () => "passed"));
  expect(learned).toEqual([{ kind: "pilot", name: "one", pilot: { lengthUs: 7 } }]);
});

test("a case that never yields the thread is stuck, and the campaign goes on", async () => {
  const played = await collect({ standsStillAt: 3 }, 12, 1_500);
  expect(played.filter(run => run.run.verdict.kind === "stuck").map(run => run.index)).toEqual([3]);
  expect(played).toHaveLength(12);
  expect(played[3]).toMatchObject({ lost: true, played: { seed: "of 3" } });
  expect(messageOf(played[3]!.run.verdict)).toContain("Its last event: 1, at 1.500 ms: tm0 source.first-record.");
});

test("a slow case that gives the thread back is not stuck", async () => {
  const played = await collect({ slowAt: 3, signs: 8 }, 12, 1_500);
  expect(played.map(run => run.run.verdict.kind)).toEqual(Array.from({ length: 12 }, () => "passed"));
});

test("a case that comes to an end when it is played again was slow: it gets a second chance", async () => {
  const played = await collect({ standsStillOnceAt: 3, mark: join(folder, "stood-still") }, 12, 1_500);
  expect(existsSync(join(folder, "stood-still"))).toBe(true);
  expect(played.map(run => run.run.verdict.kind)).toEqual(Array.from({ length: 12 }, () => "passed"));
});

test("a shard takes every nth index", () => {
  expect([...indicesOf(10, { index: 1, of: 3 })]).toEqual([1, 4, 7]);
});
