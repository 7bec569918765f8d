import { UnreadableLog } from "../services/log-broker/broker-log.ts";
import type { Observation } from "../sim/observation.ts";
import { builtInOracles } from "./built-in.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation, Wants } from "./oracle.ts";

/**
 * A suite judges one run by several oracles. It owns who gets which observation and the counts; what a claim says is in
 * the oracle's own file, and what becomes of a violation (stop, shrink, report) is the caller's business.
 *
 * Order: an observation is shown to the oracles in the order of the list; the first violation is returned and the
 * others still see the observation, so that counts do not depend on who complains.
 */
export interface Suite {
  /** The union of what its oracles want: nothing else needs to be observed. */
  readonly wants: Required<Wants>;
  on(observation: Observation): Violation | undefined;
  end(final: FinalState): readonly Violation[];
  counts(): Readonly<Record<string, ClaimCount>>;
}

export interface ClaimCount {
  /** How often the claim was put to the test; 0 says that the run says nothing about it. */
  readonly checked: number;
  readonly violated: number;
  /** Why the claim could not judge this run, or not all of it. */
  readonly notJudged?: string;
}

export { builtInOracles };

export function beginSuite(oracles: readonly Oracle[], setting: Setting): Suite {
  const judges = oracles.map((oracle): Judge => ({ oracle, fold: oracle.begin(setting), violated: 0 }));
  const byMethod = new Map<string, Judge[]>();
  const byDisk = new Map<string, Judge[]>();
  for (const judge of judges) {
    for (const method of new Set(judge.oracle.wants.frames)) listed(byMethod, method).push(judge);
    for (const kind of new Set(judge.oracle.wants.disks)) listed(byDisk, kind).push(judge);
  }
  const ofProcesses = judges.filter(judge => judge.oracle.wants.processes === true);

  return {
    wants: { frames: [...byMethod.keys()], disks: [...byDisk.keys()], processes: ofProcesses.length > 0 },
    on(observation) {
      const concerned = concernedBy(observation, byMethod, byDisk, ofProcesses);
      if (concerned === undefined) return undefined;
      let first: Violation | undefined;
      for (const judge of concerned) {
        const violation = see(judge, observation);
        if (violation === undefined) continue;
        judge.violated++;
        first ??= violation;
      }
      return first;
    },
    end(final) {
      return judges.flatMap(judge => {
        const violations = conclude(judge, final);
        judge.violated += violations.length;
        return violations;
      });
    },
    counts() {
      const counts: Record<string, ClaimCount> = {};
      for (const { oracle, fold, violated } of judges) {
        // A claim may have several oracles, each for a part of it.
        const before = counts[oracle.id] ?? { checked: 0, violated: 0 };
        const notJudged = before.notJudged ?? fold.notJudged;
        counts[oracle.id] = {
          checked: before.checked + fold.checked,
          violated: before.violated + violated,
          ...(notJudged === undefined ? {} : { notJudged }),
        };
      }
      return counts;
    },
  };
}

/** `dfs2` → `dfs`: what `Wants.disks` names. */
export function kindOfRole(role: string): string {
  let end = role.length;
  while (end > 0 && role.charCodeAt(end - 1) >= 48 && role.charCodeAt(end - 1) <= 57) end--;
  return role.slice(0, end);
}

interface Judge {
  readonly oracle: Oracle;
  readonly fold: OracleFold;
  violated: number;
}

function see(judge: Judge, observation: Observation): Violation | undefined {
  try {
    return judge.fold.on(observation);
  } catch (error) {
    return unreadable(judge, error);
  }
}

function conclude(judge: Judge, final: FinalState): readonly Violation[] {
  try {
    return judge.fold.end(final);
  } catch (error) {
    return [unreadable(judge, error)];
  }
}

/** No claim holds of a history that contradicts itself. */
function unreadable({ oracle }: Judge, error: unknown): Violation {
  if (!(error instanceof UnreadableLog)) throw error;
  return { claim: oracle.id, where: "broker", message: error.message };
}

function concernedBy(
  observation: Observation,
  byMethod: ReadonlyMap<string, readonly Judge[]>,
  byDisk: ReadonlyMap<string, readonly Judge[]>,
  ofProcesses: readonly Judge[],
): readonly Judge[] | undefined {
  switch (observation.kind) {
    case "frame":
      return byMethod.get(observation.frame.method);
    case "disk":
      return byDisk.get(kindOfRole(observation.role));
    case "process":
    case "machine":
      return ofProcesses;
  }
}

function listed<T>(lists: Map<string, T[]>, name: string): T[] {
  let list = lists.get(name);
  if (list === undefined) lists.set(name, (list = []));
  return list;
}
