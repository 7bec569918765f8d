import type { EventPattern, Fault } from "../world/fault.ts";
import type { CalmHistory } from "./calm-history.ts";
import type { CaseRun } from "./case-run.ts";
import { protocolEvents, recoveryEvents } from "./pilot.ts";

/**
 * Says a fault's instant in the words of the protocol: "40 µs after count[1] aligned checkpoint 3" survives a change of
 * the code's timing, "at 1,204,233 µs" does not. It owns the search for the event; shrink.ts tries what it offers.
 *
 * The instant comes from the journal's entry of the fault itself (`fault.fire` with its index), else from `atUs`. The event
 * is the last before it that happens in the calm, too, or belongs to a recovery: others may be the bug's own doing. Without
 * `calm` nothing has gone wrong before.
 */
export function anchored(
  fault: Fault,
  recorded: CaseRun,
  { index, calm }: { readonly index: number; readonly calm: CalmHistory | undefined },
): readonly Fault[] {
  const firedAtUs = instantOf(fault, recorded, index);
  if (firedAtUs === undefined) return [];
  const named = new Map<string, number>();
  const before: { on: Occasion; atUs: number }[] = [];
  for (const entry of recorded.entries) {
    if (entry.atUs > firedAtUs) break;
    if (!protocolEvents.includes(entry.what) && !recoveryEvents.includes(entry.what)) continue;
    const pattern = patternOf(entry.what, entry.detail);
    const key = JSON.stringify(pattern);
    const nth = (named.get(key) ?? 0) + 1;
    named.set(key, nth);
    before.push({ on: { on: pattern, ...(nth === 1 ? {} : { nth }) }, atUs: entry.atUs });
  }
  const last = before.findLast(({ on }) => calm?.meets(on) !== false || recoveryEvents.includes(on.on.event));
  if (last === undefined) return [];
  const { on } = last;
  const plusUs = firedAtUs - last.atUs;
  const exact: Fault = { ...fault, when: plusUs === 0 ? on : { ...on, plusUs } };
  // Right at the event first: then nobody has to wonder what the microseconds mean.
  return plusUs === 0 ? [exact] : [{ ...fault, when: on }, exact];
}

interface Occasion {
  readonly on: EventPattern;
  readonly nth?: number;
}

function instantOf(fault: Fault, recorded: CaseRun, index: number): number | undefined {
  const fired = recorded.entries.find(entry => entry.what === "fault.fire" && entry.detail?.["index"] === index);
  if (fired !== undefined) return fired.atUs;
  return "atUs" in fault.when ? fault.when.atUs : undefined;
}

function patternOf(event: string, detail: Readonly<Record<string, unknown>> | undefined): EventPattern {
  const { subtask, checkpoint } = detail ?? {};
  return {
    event,
    ...(typeof subtask === "string" ? { subtask } : {}),
    ...(typeof checkpoint === "number" ? { checkpoint } : {}),
  };
}
