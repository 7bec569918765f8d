import type { Key } from "../api/key.ts";
import { hashKey } from "./key-encoding.ts";

/**
 * Key groups: the unit in which keyed state is owned and moved. Keys hash to `maxParallelism` groups; each subtask owns
 * a contiguous range, by the same arithmetic as Flink's `KeyGroupRangeAssignment`.
 */
export function keyGroupOf(key: Key, maxParallelism: number): number {
  return hashKey(key) % maxParallelism;
}

export function ownerOf(group: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((group * parallelism) / maxParallelism);
}

/** Both ends included; empty (`first > last`) never happens while parallelism ≤ maxParallelism. */
export interface KeyGroupRange {
  readonly first: number;
  readonly last: number;
}

export function keyGroupRange(subtask: number, parallelism: number, maxParallelism: number): KeyGroupRange {
  return {
    first: Math.ceil((subtask * maxParallelism) / parallelism),
    last: Math.ceil(((subtask + 1) * maxParallelism) / parallelism) - 1,
  };
}
