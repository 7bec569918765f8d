import type { Key } from "../api/key.ts";
import { asKey, sectionsOf, verifyStateFile } from "./state-file.ts";

/** One value of one key, as a checkpoint holds it. */
export interface StateEntry {
  readonly operator: string;
  readonly keyGroup: number;
  readonly state: string;
  readonly key: Key;
  readonly value: unknown;
}

/** Reads a state file offline: pure, from bytes alone. Throws a `StateFileError` when it cannot be trusted. */
export function readStateFile(file: Uint8Array): readonly StateEntry[] {
  verifyStateFile(file);
  const found: StateEntry[] = [];
  for (const { uid, group, tables } of sectionsOf(file)) {
    for (const { state, entries } of tables) {
      for (let i = 0; i < entries.length; i += 2) {
        found.push({ operator: uid, keyGroup: group, state, key: asKey(entries[i]), value: entries[i + 1] });
      }
    }
  }
  return found;
}
