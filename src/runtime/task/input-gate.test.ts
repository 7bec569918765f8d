import { expect, test } from "vitest";
import { InputGate } from "./input-gate.ts";

const payload = new Uint8Array(0);

function drain(gate: InputGate): number[] {
  const channels: number[] = [];
  for (let buffer = gate.take(); buffer !== undefined; buffer = gate.take()) channels.push(buffer.channel);
  return channels;
}

test("channels take turns, first come first served; each keeps its own order", () => {
  const gate = new InputGate(3);
  for (const channel of [2, 2, 2, 0, 1, 1]) gate.put(channel, "records", payload);
  expect(drain(gate)).toEqual([2, 0, 1, 2, 1, 2]);
  expect(gate.mayTake).toBe(false);
});

test("a blocked channel keeps what it has and what comes, until all are unblocked", () => {
  const gate = new InputGate(2);
  gate.put(0, "records", payload);
  gate.block(0);
  gate.put(0, "records", payload);
  gate.put(1, "records", payload);
  expect(drain(gate)).toEqual([1]);
  gate.unblockAll();
  expect(drain(gate)).toEqual([0, 0]);
});
