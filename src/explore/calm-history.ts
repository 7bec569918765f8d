import type { Case } from "../world/case.ts";
import type { Trigger } from "../world/fault.ts";
import { matches } from "../world/trigger.ts";
import type { CaseRun } from "./case-run.ts";

/**
 * What happens in a case when nothing goes wrong: the same world, played without its plan. It owns the answer whether a
 * fault finds its event there. One that does will find it in code that is right, too. One that does not may hang on what
 * the bug brings about, and where the bug is mended it never fires: a replay that passes then says nothing (replay.ts).
 */
export class CalmHistory {
  readonly #entries: CaseRun["entries"];

  /** `run` is recorded. Faults fire until the job has ended, or the storm. */
  constructor({ entries, activeSimulatedMs }: CaseRun, { knobs }: Pick<Case, "knobs">) {
    const endUs = Math.min(activeSimulatedMs, knobs.stormMs) * 1000;
    this.#entries = entries.filter(({ atUs }) => atUs <= endUs);
  }

  /** An instant, or a step of a process, is no event. */
  meets(when: Trigger): boolean {
    if (!("on" in when)) return false;
    let left = when.nth ?? 1;
    return this.#entries.some(
      ({ owner, what, detail }) => what === when.on.event && matches(when.on, owner, detail ?? {}) && --left === 0,
    );
  }
}
