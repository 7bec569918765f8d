/**
 * How hard a storm blows. `light`: one or two faults · `standard`: up to six · `all`: every kind, up to ten. All three
 * stay within what the cluster can bear, so that recovery is owed.
 */
export const profiles = ["light", "standard", "all"] as const;

export type Profile = (typeof profiles)[number];
