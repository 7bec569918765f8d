import type { LoadHook } from "node:module";
import { plant, type Mutant } from "./mutant.ts";

/**
 * The module hook that plants one mutant: it changes the text of one file while Node loads it. It runs in Node's own thread
 * for hooks, so its only input is what `initialize` was given.
 */
export function initialize(data: PlantedMutant): void {
  planted.mutant = data.mutant;
  planted.url = data.url;
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  const { mutant } = planted;
  if (mutant === undefined || url !== planted.url) return loaded;
  const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  return { ...loaded, source: plant(mutant, source) };
};

export interface PlantedMutant {
  readonly mutant: Mutant;
  /** Of the file that it changes. */
  readonly url: string;
}

const planted: { mutant: Mutant | undefined; url: string | undefined } = { mutant: undefined, url: undefined };
