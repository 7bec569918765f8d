import { expect, test } from "vitest";
import type { HostEvent } from "../host/event.ts";
import { SilenceAlarm } from "./silence-alarm.ts";
import type { Host } from "../host/host.ts";

test("a silence is told once, when it has lasted for half a minute", () => {
  const { alarm, at, told } = watched();
  for (const ms of [0, 10_000, 29_999]) at(ms, () => alarm.notAnswered("broker:rpc"));
  expect(told).toEqual([]);
  for (const ms of [30_000, 60_000]) at(ms, () => alarm.notAnswered("broker:rpc"));
  expect(told).toEqual(["broker has not answered for 30 s"]);
});

test("an answer ends a silence: the next one counts from its own beginning, and is told again", () => {
  const { alarm, at, told } = watched();
  for (const ms of [0, 31_000]) at(ms, () => alarm.notAnswered("broker:rpc"));
  at(32_000, () => alarm.answered("broker:rpc"));
  for (const ms of [40_000, 69_000]) at(ms, () => alarm.notAnswered("broker:rpc"));
  expect(told).toHaveLength(1);
  at(75_000, () => alarm.notAnswered("broker:rpc"));
  expect(told).toEqual(["broker has not answered for 31 s", "broker has not answered for 35 s"]);
});

test("each service has a silence of its own", () => {
  const { alarm, at, told } = watched();
  for (const ms of [0, 20_000]) at(ms, () => alarm.notAnswered("broker:rpc"));
  at(25_000, () => alarm.notAnswered("coord:rpc"));
  at(26_000, () => alarm.answered("coord:rpc"));
  at(35_000, () => alarm.notAnswered("broker:rpc"));
  at(36_000, () => alarm.notAnswered("coord:rpc"));
  expect(told).toEqual(["broker has not answered for 35 s"]);
});

function watched() {
  let nowMs = 0;
  const told: unknown[] = [];
  const host = {
    clock: { monotonic: () => nowMs },
    emit: ({ detail }: HostEvent) => told.push(detail?.["cause"]),
  };
  const at = (ms: number, act: () => void): void => {
    nowMs = ms;
    act();
  };
  return { alarm: new SilenceAlarm(host as unknown as Host), at, told };
}
