import type { Site } from "../sim/site.ts";

/**
 * A line for each role of a run that is stuck, with its state and its last words, the dead and the dying first: who waits for
 * whom is to be read from it.
 */
export function sayWhoWaits(site: Site, lastWords: (role: string) => string): readonly string[] {
  const lines = site.roles.map(role => {
    const { incarnation } = site.role(role);
    const state =
      incarnation === undefined ? "dead" : incarnation.paused ? "paused" : `alive (life ${incarnation.number})`;
    const words = lastWords(role);
    return { line: `${role} ${state}${words === "" ? "" : `: ${words}`}`, well: state.startsWith("alive") };
  });
  const [ailing, well] = [lines.filter(one => !one.well), lines.filter(one => one.well)];
  return [...ailing, ...well].map(({ line }) => line);
}
