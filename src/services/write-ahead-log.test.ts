import { expect, test } from "vitest";
import { Kernel } from "../kernel/kernel.ts";
import { SimDisk } from "../sim/disk/sim-disk.ts";
import { Site } from "../sim/site.ts";
import { encodeEntry } from "./log-entry.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

/** Opens a log of these bytes, as the next life of its service does. */
async function opened(bytes: Uint8Array): Promise<WriteAheadLog> {
  const kernel = new Kernel({ seed: "log" });
  const site = new Site(kernel);
  const disk = new SimDisk(kernel, { machine: "coord", seed: "log", latencyUs: 10 });
  disk.seed("/coord/log", bytes);
  site.addMachine("coord", { disk });
  site.place("coord", "coord");
  let result: Awaited<ReturnType<typeof WriteAheadLog.open>> = "not opened";
  site.start("coord", host => void WriteAheadLog.open(host, "/coord/log").then(to => (result = to)));
  await kernel.run();
  if (typeof result === "string") throw new Error(result);
  return (result as { readonly log: WriteAheadLog }).log;
}

const [a, b] = [7, 9];
const first = [encodeEntry(1, ["r"], a), encodeEntry(2, ["s"], a), encodeEntry(3, ["t"], a)];

test("a log holds what a life has written, and not what it is said to have written behind that", async () => {
  const log = await opened(Buffer.concat(first));
  expect([1, 2, 3, 4].map(number => log.holds([a, number]))).toEqual([true, true, true, false]);
  expect(log.holds([b, 1])).toBe(false);
});

test("an entry that rotted after the next life had written it again is still held for who saw the first writing", async () => {
  const rotten = first.map(entry => entry.slice());
  rotten[2]![14]! ^= 1;
  const log = await opened(Buffer.concat([...rotten, encodeEntry(3, ["t"], b), encodeEntry(4, ["u"], b)]));
  expect([2, 3, 4].map(number => log.holds([a, number]))).toEqual([true, true, false]);
  expect(log.holds([b, 4])).toBe(true);
});
