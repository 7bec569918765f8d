import type { Mutant } from "./mutant.ts";

/**
 * Finds the bundled mutants. They lie beside the laws, in `properties/mutants`, and are data: nothing is planted here. The
 * path is the same from the sources and from the build.
 */
export async function mutantNames(): Promise<readonly string[]> {
  return (await allMutants()).map(mutant => mutant.name);
}

/** Undefined: there is none of that name. */
export async function loadMutant(name: string): Promise<Mutant | undefined> {
  return (await allMutants()).find(mutant => mutant.name === name);
}

export async function allMutants(): Promise<readonly Mutant[]> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const catalog = new URL(`../../../properties/mutants/all-mutants.${extension}`, import.meta.url);
  const { allMutants: mutants } = (await import(catalog.href)) as { readonly allMutants: readonly Mutant[] };
  return mutants;
}
