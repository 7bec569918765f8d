/**
 * How a shrink ended, in one word for files and machines and in a few for a reader.
 *
 * `1-minimal`: nothing single can go: no fault, machine or setting, no record of a list, none at an end of a data set's slice.
 * What goes takes neither the failure nor the event for which a fault waits.
 * `1-minimal-except-records`: the same, but a list is so long that only its ends were tried record by record. The others say
 * what stopped or prevented the search.
 */
export const shrinkEndings = [
  "1-minimal",
  "1-minimal-except-records",
  "run-budget",
  "time-budget",
  "interrupted",
  "not-shrunk",
] as const;

export type ShrinkEnding = (typeof shrinkEndings)[number];

export function sayEnding(ending: ShrinkEnding): string {
  return inWords[ending];
}

const inWords: Readonly<Record<ShrinkEnding, string>> = {
  "1-minimal": "1-minimal",
  "1-minimal-except-records": "1-minimal, except that not every record was tried",
  "run-budget": "not minimal: the budget of runs was spent",
  "time-budget": "not minimal: the time was up",
  interrupted: "not minimal: interrupted",
  "not-shrunk": "not shrunk",
};
