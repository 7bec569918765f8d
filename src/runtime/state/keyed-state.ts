import type { Key } from "../api/key.ts";
import type { ValueState } from "../api/state.ts";
import { mapKey } from "../graph/key-encoding.ts";
import { keyGroupOf, type KeyGroupRange } from "../graph/key-groups.ts";
import type { OperatorSnapshot } from "../task/task-contract.ts";
import { asKey, readSection, type StateFileWriter, type StateSection } from "./state-file.ts";

/**
 * The keyed state of one operator in one subtask, on the heap (`hashmap`). It owns which key is current and the values of
 * all keys of its range; where snapshots lie is the task's.
 *
 * A snapshot is encoded at once, in the synchronous part, so that nothing written afterwards can reach it (ST-1).
 * Key groups are written in ascending order, the keys of a group in the order in which they first came.
 */
export class KeyedState {
  readonly #uid: string;
  readonly #range: KeyGroupRange;
  readonly #maxParallelism: number;
  readonly #tables = new Map<string, StateTable>();
  #key: Key = "";
  #mapKey: MapKey = "";

  constructor(uid: string, range: KeyGroupRange, maxParallelism: number) {
    this.#uid = uid;
    this.#range = range;
    this.#maxParallelism = maxParallelism;
  }

  get currentKey(): Key {
    return this.#key;
  }

  setCurrentKey(key: Key): void {
    this.#key = key;
    this.#mapKey = mapKey(key);
  }

  valueState<T>(name: string): ValueState<T> {
    if (name === "" || name.startsWith("$")) {
      throw new Error(`A state's name is not empty and does not begin with "$"; got ${JSON.stringify(name)}.`);
    }
    return this.reservedState(name);
  }

  /** The runtime's own states, such as timers, whose names begin with "$". */
  reservedState<T>(name: string): ValueState<T> {
    const table = this.#table(name);
    return {
      value: () => table.get(this.#mapKey)?.value as T | undefined,
      update: value => this.#put(table, value),
      clear: () => void table.delete(this.#mapKey),
    };
  }

  forEach<T>(name: string, visit: (key: Key, value: T) => void): void {
    for (const { key, value } of this.#table(name).values()) visit(key, value as T);
  }

  /** Adds this operator's sections to the file; undefined when there is no state. */
  snapshot(file: StateFileWriter): OperatorSnapshot["keyGroups"] {
    const groups = new Map<number, Map<string, unknown[]>>();
    for (const [state, table] of this.#tables) {
      for (const entry of table.values()) {
        let tables = groups.get(entry.group);
        if (tables === undefined) groups.set(entry.group, (tables = new Map<string, unknown[]>()));
        const entries = tables.get(state);
        if (entries === undefined) tables.set(state, [entry.key, entry.value]);
        else entries.push(entry.key, entry.value);
      }
    }
    if (groups.size === 0) return undefined;
    return [...groups.keys()]
      .sort((a, b) => a - b)
      .map(group => ({ group, file: 0, ...file.section(this.#uid, group, sections(groups.get(group)!)) }));
  }

  /** Takes the groups of this subtask's range out of one old subtask's verified file. */
  restore(keyGroups: NonNullable<OperatorSnapshot["keyGroups"]>, fileOf: (index: number) => Uint8Array): void {
    for (const { group, file, offset, length } of keyGroups) {
      if (group < this.#range.first || group > this.#range.last) continue;
      for (const { state, entries } of readSection(fileOf(file), offset, length)) {
        const table = this.#table(state);
        for (let i = 0; i < entries.length; i += 2) {
          const key = asKey(entries[i]);
          table.set(mapKey(key), { key, group, value: entries[i + 1] });
        }
      }
    }
  }

  #put(table: StateTable, value: unknown): void {
    if (value === undefined) throw new Error("A state's value cannot be undefined: call clear() to remove it.");
    const entry = table.get(this.#mapKey);
    if (entry !== undefined) entry.value = value;
    else table.set(this.#mapKey, { key: this.#key, group: this.#groupOfCurrent(), value });
  }

  #groupOfCurrent(): number {
    const group = keyGroupOf(this.#key, this.#maxParallelism);
    if (group < this.#range.first || group > this.#range.last) {
      throw new Error(
        `Key ${String(this.#key)} of "${this.#uid}" belongs to key group ${group}, not to ${this.#range.first}..${this.#range.last}: its selector must give the same key for the same record, always.`,
      );
    }
    return group;
  }

  #table(state: string): StateTable {
    let table = this.#tables.get(state);
    if (table === undefined) this.#tables.set(state, (table = new Map()));
    return table;
  }
}

type MapKey = ReturnType<typeof mapKey>;
type StateTable = Map<MapKey, { readonly key: Key; readonly group: number; value: unknown }>;

function sections(tables: ReadonlyMap<string, readonly unknown[]>): readonly StateSection[] {
  return [...tables].map(([state, entries]) => ({ state, entries }));
}
