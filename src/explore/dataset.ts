import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Misuse } from "./misuse.ts";
import { suggestion } from "./nearest-name.ts";

/**
 * Named data sets: JSON files in a `data` folder beside the scenarios, each an array of records or an object with its
 * source, licence and `records`; read once per process. It owns where they lie. A case names a slice instead of
 * carrying the records, so that failure files stay small.
 */
export interface DatasetSlice {
  readonly kind: "dataset";
  readonly name: string;
  /** First record, from 0. */
  readonly from: number;
  /** The record after the last one; absent: to the end. */
  readonly to?: number;
}

/** A slice of `data/<name>.json`: records `from` (0) to `to` (the end), the last one not included. */
export function dataset(name: string, slice: { readonly from?: number; readonly to?: number } = {}): DatasetSlice {
  const { from = 0, to } = slice;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    throw new Misuse(`dataset("${name}"): the name of a data set is in kebab-case, such as "flights".`);
  }
  if (!Number.isInteger(from) || from < 0 || (to !== undefined && (!Number.isInteger(to) || to <= from))) {
    throw new Misuse(`dataset("${name}", { from: ${from}, to: ${to} }): whole numbers with 0 ≤ from < to are wanted.`);
  }
  return { kind: "dataset", name, from, ...(to === undefined ? {} : { to }) };
}

/** The bundled ones: `scenarios/data` of the package, from the sources and from `dist` alike. */
export function bundledDataFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const root = join(here, "../..");
  return join(basename(root) === "dist" ? dirname(root) : root, "scenarios/data");
}

export class DatasetShelf {
  readonly #folders: readonly string[];
  readonly #read = new Map<string, readonly unknown[]>();

  /** The first folder that has the file wins: an author's own set shadows a bundled one. */
  constructor(folders: readonly string[] = [bundledDataFolder()]) {
    this.#folders = folders;
  }

  names(): readonly string[] {
    const names = this.#folders.flatMap(folder => filesOf(folder).map(file => basename(file, ".json")));
    return [...new Set(names)].sort();
  }

  /** All records of a set. */
  records(name: string): readonly unknown[] {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const folder = this.#folders.find(candidate => filesOf(candidate).includes(`${name}.json`));
    if (folder === undefined) {
      throw new Misuse(`There is no data set "${name}". ${suggestion(name, this.names())}`);
    }
    const records = parseRecords(join(folder, `${name}.json`));
    this.#read.set(name, records);
    return records;
  }

  slice(slice: DatasetSlice): readonly unknown[] {
    const records = this.records(slice.name);
    const to = slice.to ?? records.length;
    if (to > records.length) {
      throw new Misuse(
        `The data set "${slice.name}" has ${records.length} records; a slice to ${to} goes beyond its end.`,
      );
    }
    return records.slice(slice.from, to);
  }
}

/** The project's own sets, then the bundled ones. */
export const shelf = new DatasetShelf([join(process.cwd(), "scenarios/data"), bundledDataFolder()]);

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(file => file.endsWith(".json"));
  } catch {
    return [];
  }
}

function parseRecords(path: string): readonly unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Misuse(`The data set is not JSON: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      place: relative(process.cwd(), path),
      cause,
    });
  }
  const records: unknown = Array.isArray(parsed) ? parsed : (parsed as { records?: unknown } | null)?.records;
  if (!Array.isArray(records)) {
    throw new Misuse('A data set is a JSON array of records, or an object with its source and "records".', {
      place: relative(process.cwd(), path),
    });
  }
  return records;
}
