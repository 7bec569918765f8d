import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Failure files of earlier campaigns, by name. */
export function lastFailures(out: string): readonly string[] {
  const folder = join(out, "failures");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map(id => join(folder, id, "case.json"))
    .filter(existsSync);
}
