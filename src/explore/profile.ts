/**
 * How hard a storm blows. `light`: one or two faults · `standard`: up to six · `all`: every kind, up to ten. These three
 * stay within what the cluster can bear, so that recovery is owed. `beyond` damages as many disks as it likes: a run
 * recovers, or fails with an error that names what was lost; it never commits a wrong record.
 */
export const profiles = ["light", "standard", "all", "beyond"] as const;

export type Profile = (typeof profiles)[number];
