import { expect, test } from "vitest";
import type { Host } from "../../host/host.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { SimDisk } from "../../sim/disk/sim-disk.ts";
import { Site } from "../../sim/site.ts";
import type { ClusterServices } from "../api/cluster-services.ts";
import type { CommitOutcome } from "../api/sink.ts";
import { openPartStore, type PartStore } from "./part-store.ts";

const services: ClusterServices = {
  broker: "",
  storageNodes: [],
  replicas: 1,
  rpcTimeoutMs: 1,
  transactionTimeoutMs: 1,
};
const bytes = new TextEncoder().encode("a line\n");

/** Plays lives of one process, each after a power loss of its machine, and gives what they noted. */
async function lives(...scripts: readonly ((parts: PartStore, note: (what: unknown) => void) => Promise<void>)[]) {
  const notes: unknown[] = [];
  const kernel = new Kernel({ seed: "parts" });
  const site = new Site(kernel);
  const disk = new SimDisk(kernel, { machine: "tm0", seed: "parts", latencyUs: 10 });
  site.addMachine("tm0", { disk });
  site.place("tm0", "tm0");
  scripts.forEach((script, i) =>
    kernel.at(i * 1_000_000, kernel.owner("test"), () => {
      if (i > 0) {
        site.powerLoss(["tm0"]);
        site.powerOn("tm0");
      }
      site.start("tm0", (host: Host) => {
        void script(openPartStore("file:///out", host, services), what => notes.push(what));
      });
    }),
  );
  await kernel.run();
  return { notes, files: disk.durable.list("/out"), read: (path: string) => disk.durable.read(path) };
}

test("a prepared part survives a power loss and is visible once it is committed", async () => {
  const { notes, files, read } = await lives(
    parts => parts.prepare("p", bytes),
    async (parts, note) => note((await parts.list()).pending),
    async (parts, note) => note(await parts.commit("p")),
  );
  expect(notes).toEqual([["p"], "committed"]);
  expect(files).toEqual(["/out/p"]);
  expect(read("/out/p")).toEqual(bytes);
});

test("a commit may be repeated", async () => {
  const outcomes: CommitOutcome[] = ["committed", "already-committed"];
  const { notes } = await lives(
    async (parts, note) => {
      await parts.prepare("p", bytes);
      note(await parts.commit("p"));
    },
    async (parts, note) => note(await parts.commit("p")),
  );
  expect(notes).toEqual(outcomes);
});

test("a commit of what was never prepared is loud", async () => {
  const { notes } = await lives(async (parts, note) => note(await parts.commit("p")));
  expect(notes).toEqual(["unknown-id"]);
});

test("a discarded part is never visible", async () => {
  const { notes, files } = await lives(async (parts, note) => {
    await parts.prepare("p", bytes);
    await parts.discard(["p"]);
    note(await parts.commit("p"));
  });
  expect(notes).toEqual(["unknown-id"]);
  expect(files.filter(path => !path.includes(".pending"))).toEqual([]);
});

test("a commit whose sync the disk refused is synced when it is asked for again", async () => {
  // What a power loss keeps of the rest is drawn: whatever that is, the part must be there.
  for (let draw = 0; draw < 20; draw++) {
    const notes: unknown[] = [];
    const kernel = new Kernel({ seed: "parts" });
    const site = new Site(kernel);
    const disk = new SimDisk(kernel, { machine: "tm0", seed: `parts-${draw}`, latencyUs: 10, persistence: "weak" });
    site.addMachine("tm0", { disk });
    site.place("tm0", "tm0");
    site.start("tm0", (host: Host) => {
      const parts = openPartStore("file:///out", host, services);
      void (async () => {
        await parts.prepare("p", bytes);
        disk.fail({ operation: "sync-directory", path: "/out", code: "EIO", times: 1 });
        notes.push(await parts.commit("p").catch((error: unknown) => (error as { code?: unknown }).code));
        notes.push(await parts.commit("p"));
      })();
    });
    kernel.at(1_000_000, kernel.owner("test"), () => site.powerLoss(["tm0"]));
    await kernel.run();
    expect(notes).toEqual(["EIO", "already-committed"]);
    expect(disk.durable.list("/out")).toEqual(["/out/p"]);
  }
});
