/** What `millrace list` can show, in its order. */
export const listedThings = ["scenarios", "jobs", "claims", "faults", "mutants"] as const;

export type ListedThing = (typeof listedThings)[number];
