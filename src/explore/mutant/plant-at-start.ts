import { register } from "node:module";
import { loadMutant } from "./mutant-catalog.ts";
import type { PlantedMutant } from "./mutant-hook.ts";
import { mutantVariable } from "./spawn-with-mutant.ts";

/**
 * Loaded by `node --import` before anything else of ours: registers the hook for the mutant that the environment names.
 * Processes that such a process forks inherit both, and so the mutant.
 */
const name = process.env[mutantVariable];
const mutant = name === undefined ? undefined : await loadMutant(name);
if (mutant === undefined) throw new Error(`There is no mutant "${name ?? ""}".`);
const data: PlantedMutant = { mutant, url: new URL(`../../../../${mutant.file}`, import.meta.url).href };
register(new URL("./mutant-hook.js", import.meta.url), { data });
