import { expect, test } from "vitest";
import { ManualHost } from "../checkpoint/test/manual-host.ts";
import { WorkerRegistry, type RegisteredWorker } from "./worker-registry.ts";

function bench(): { readonly host: ManualHost; readonly registry: WorkerRegistry; readonly lost: string[] } {
  const host = new ManualHost();
  const lost: string[] = [];
  const registry = new WorkerRegistry(host, {
    heartbeatTimeoutMs: 500,
    changed() {},
    lost: worker => void lost.push(worker.id),
  });
  return { host, registry, lost };
}

const worker = (id: string, role: string, slots = 2): RegisteredWorker => ({
  id,
  role,
  address: `${role}:rpc`,
  dataAddress: `${role}:data`,
  slots,
});

test("a worker that is not heard for the time-out is lost, once", async () => {
  const { host, registry, lost } = bench();
  registry.register(worker("a", "tm0"));
  await host.advance(400);
  registry.heard("a");
  await host.advance(499);
  expect(lost).toEqual([]);
  await host.advance(1);
  expect(lost).toEqual(["a"]);
  await host.advance(5_000);
  expect(lost).toEqual(["a"]);
});

test("a worker that registers anew ends its earlier registration", () => {
  const { registry, lost } = bench();
  registry.register(worker("a", "tm0"));
  registry.register(worker("b", "tm0"));
  expect(lost).toEqual(["a"]);
  expect(registry.all().map(({ id }) => id)).toEqual(["b"]);
});

test("slots spread over workers, whatever the order of registration", () => {
  const { registry } = bench();
  registry.register(worker("b", "tm1"));
  registry.register(worker("a", "tm0"));
  expect(registry.slots(3)?.map(({ role }) => role)).toEqual(["tm0", "tm1", "tm0"]);
  expect(registry.slots(5)).toBeUndefined();
});
