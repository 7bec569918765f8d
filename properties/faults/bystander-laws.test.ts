import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DiskError } from "../../src/host/disk.ts";
import { makeDurableFolder, publishFile, readFile } from "../../src/host/file.ts";
import { RpcClient } from "../../src/rpc/rpc-client.ts";
import { startRpcServer } from "../../src/rpc/rpc-server.ts";
import { faultKinds, type Fault, type FaultKind } from "../../src/world/fault.ts";
import { faultCatalogue } from "../../src/world/faults/fault-catalogue.ts";
import { playFaults, saidBy, type Program } from "./fault-stage.ts";

/**
 * Nothing else changes (SI-5, SI-6). `tm0` and `tm1` talk to each other, and so do `tm2` and `tm3`; each also writes files,
 * draws numbers, and reads its clocks, over a network that leaves much to chance. Whatever happens to the first two, the
 * other two see what they saw without it, to the microsecond and to the last draw.
 */
const ms = (milliseconds: number) => milliseconds * 1000;
const chancyNet = { jitterUs: 400, slowPerMille: 30, splitPerMille: 200, mergePerMille: 500 };
const beats = 40;

function busy(peer: string): Program {
  return (host, life, say) => {
    const folder = `/${host.role}`;
    const client = new RpcClient(host, { timeoutMs: 200 });
    void startRpcServer(host, `${host.role}:rpc`, { "coord.get": () => host.random.uint32() });
    const keep = async (n: number): Promise<void> => {
      const path = `${folder}/${n % 4}`;
      await makeDurableFolder(host.disk, folder);
      await publishFile(host.disk, path, Uint8Array.of(n, host.random.below(256)));
      say(`${life}/${n} keeps ${(await readFile(host.disk, path)).join()}`);
      // The oldest one, which is about to be replaced.
      if (n > 4) say(`${life}/${n} has kept ${(await readFile(host.disk, `${folder}/${(n + 1) % 4}`)).join()}`);
    };
    const find = async (): Promise<void> => {
      for (const name of await host.disk.readdir(folder))
        say(`${life} finds ${name}: ${(await readFile(host.disk, `${folder}/${name}`)).join()}`);
    };
    const told = (error: unknown): void => say(error instanceof DiskError ? error.code : String(error));
    if (life > 0) find().catch(told);
    const beat = (n: number): void => {
      host.timer(4 + host.random.below(8), () => {
        say(`${life}/${n} at ${host.clock.now()}, ${host.clock.monotonic()}`);
        client.call(`${peer}:rpc`, "coord.get", { n }).then(
          value => say(`${life}/${n} hears ${String(value)}`),
          () => say(`${life}/${n} hears nothing`),
        );
        keep(n).catch(told);
        if (n < beats) beat(n + 1);
      });
    };
    beat(1);
  };
}

const programs = { tm0: busy("tm1"), tm1: busy("tm0"), tm2: busy("tm3"), tm3: busy("tm2"), tm4: busy("tm0") };
const play = (plan: readonly Fault[]) => playFaults(plan, programs, { workers: 4, net: chancyNet });
const undisturbed = await play([]);

const met = (kind: FaultKind, more: Partial<Fault> = {}): Fault => ({
  kind,
  target: "tm0",
  when: { atUs: ms(60) },
  ...more,
});
const forUs = ms(80);
const message = { forUs, target: "tm0>tm1", params: { method: "coord.get" } };

/** One fault of each kind that a stage of workers can have, on the first two of them. */
const faults: readonly Fault[] = [
  met("proc.kill", { forUs }),
  met("proc.pause", { forUs }),
  met("proc.slow", { forUs }),
  met("proc.restart"),
  met("proc.kill-loop", { forUs: ms(400) }),
  met("machine.power-loss", { forUs }),
  met("site.power-loss", { target: "site", forUs, params: { roles: "tm0,tm1" } }),
  met("machine.remove"),
  met("machine.add", { target: "site" }),
  met("clock.jump", { forUs }),
  met("clock.drift", { forUs }),
  met("clock.freeze", { forUs }),
  met("net.delay", { target: "tm0>tm1", forUs }),
  met("net.slow", { target: "tm0>tm1" }),
  met("net.hold", { target: "tm0>tm1", forUs }),
  met("net.cut", { forUs }),
  met("net.reset", { target: "tm0>tm1" }),
  met("net.swizzle", { forUs: ms(300), params: { everyUs: ms(10) } }),
  met("net.flap", { forUs, params: { everyUs: ms(10) } }),
  met("net.corrupt", { forUs }),
  met("rpc.lose-request", message),
  met("rpc.lose-reply", message),
  met("rpc.delay", { ...message, params: { ...message.params, byUs: ms(30) } }),
  met("disk.error", { forUs }),
  met("disk.full", { forUs }),
  met("disk.sync-fails"),
  met("disk.slow", { forUs }),
  met("disk.stall", { forUs }),
  met("disk.hang", { forUs }),
  met("disk.sync-lies", { forUs }),
  met("disk.lost-write"),
  met("disk.misdirect"),
  met("disk.rot"),
  met("disk.latent"),
  met("disk.wipe", { forUs }),
  met("disk.swap", { forUs, params: { with: "tm1" } }),
];

/** What makes a fault show that shows by itself to nobody. */
const shownBy: Partial<Record<FaultKind, readonly Fault[]>> = {
  "disk.sync-lies": [met("machine.power-loss", { when: { atUs: ms(130) }, forUs })],
};

test.each(faults.map(fault => [fault.kind, fault] as const))(
  "%s changes nothing for those beside",
  async (_kind, fault) => {
    const further = shownBy[fault.kind] ?? [];
    const [played, without] = [await play([fault, ...further]), await play(further)];
    expect(played.ledger[0]).toMatchObject({ fired: true, effective: true });
    expect(saidBy(played, "tm0")).not.toEqual(saidBy(without, "tm0"));
    for (const role of ["tm2", "tm3"]) expect(saidBy(played, role)).toEqual(saidBy(undisturbed, role));
  },
);

test("those beside have much to see that could have changed", () => {
  const texts = undisturbed.texts("tm2");
  expect(texts.filter(text => text.includes("hears") && !text.includes("nothing"))).toHaveLength(beats);
  expect(texts.filter(text => text.includes("keeps"))).toHaveLength(beats);
});

/** What the others leave alone is shown by tests of their own: no stage of workers has what they meet. */
const elsewhere: Partial<Record<FaultKind, string>> = {
  "rolling.restart": "a rolling restart meets every role once, and never two at a time",
  "broker.retention": "what is deleted and truncated is one partition's, and no other's",
  "broker.truncate": "what is deleted and truncated is one partition's, and no other's",
  "broker.expire-transactions": "an expired transaction cannot be committed, and a prepared one does not expire",
  "coord.expire-sessions": "what belongs to no session stays when sessions end",
  "store.errors": "an error storm leaves other nodes alone, spares what nodes say to each other, and ends",
  "store.slow": "a slow storage node delays no other's answers, and none of its own afterwards",
  "store.stale-list": "a stale listing is one node's and no read is stale: the others make good for it",
  "store.partial-upload": "only as many uploads break off as were told, and those to other nodes never do",
  "task.fail": "an exception of the author's code fails its task and nothing else",
  "task.stuck-cancel": "a worker whose cancelled subtask does not let go ends itself",
  "snapshot.slow": "a slow snapshot delays its checkpoint and fails nothing",
};

test("every kind of the catalogue has a test of what it leaves alone", () => {
  const shown = [...faults.map(({ kind }) => kind), ...Object.keys(elsewhere)];
  expect(shown.sort()).toEqual([...faultKinds].sort());
  expect(faultCatalogue.map(({ kind }) => kind).sort()).toEqual([...faultKinds].sort());
  const folder = new URL(".", import.meta.url);
  const tests = readdirSync(folder).filter(name => name.endsWith(".test.ts"));
  const text = tests.map(name => readFileSync(new URL(name, folder), "utf8")).join("");
  expect(Object.values(elsewhere).filter(title => !text.includes(`test("${title}"`))).toEqual([]);
});
