import type { RandomStream } from "../kernel/random.ts";
import type { Site } from "../sim/site.ts";
import type { Layout } from "./layout.ts";

/**
 * Whom the calm leaves dead. A cluster must go on with the core that it needs, and nobody promises more: enough slots
 * for the job, a replica of every file. So of the workers and storage nodes that are dead when the storm ends, the seed
 * leaves some dead for good, within what can be borne. Those that a fault has taken for good already are among them.
 */
export function leftDead(
  site: Site,
  layout: Layout,
  { abandoned, damaged }: BeyondHelp,
  needs: CoreNeeds,
  draws: RandomStream,
): readonly string[] {
  const dead = (roles: readonly string[]) => roles.filter(role => site.role(role).incarnation === undefined);
  const gone = (roles: readonly string[]) => roles.filter(role => abandoned.has(role) || damaged.has(role)).length;
  const alone = (role: string) => site.rolesOn(site.machineOf(role).name).length === 1;
  const some = (roles: readonly string[], most: number) =>
    draws
      .shuffle(dead(roles).filter(role => alone(role) && !abandoned.has(role)))
      .slice(0, Math.max(0, most - gone(roles)))
      .filter(() => draws.chance(500));
  const workersNeeded = Math.ceil(needs.slots / needs.slotsPerWorker);
  return [
    ...some(layout.workers, layout.workers.length - workersNeeded),
    // A put wants `replicas` nodes, and a file may lie on just those `replicas` nodes of which all but one are dead.
    ...some(layout.storage, Math.min(layout.storage.length - needs.replicas, needs.replicas - 1)),
    ...some(layout.jobManagers, layout.jobManagers.length - 1),
  ];
}

export interface BeyondHelp {
  /** Dead for good already. */
  readonly abandoned: ReadonlySet<string>;
  /** Alive, perhaps, but what was on their disks may be lost. */
  readonly damaged: ReadonlySet<string>;
}

export interface CoreNeeds {
  readonly slots: number;
  readonly slotsPerWorker: number;
  readonly replicas: number;
}
