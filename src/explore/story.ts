import type { JournalEntry } from "../kernel/journal.ts";
import type { Oracle } from "../oracles/oracle.ts";
import { builtInOracles } from "../oracles/suite.ts";
import type { Fault, Trigger } from "../world/fault.ts";
import type { Failure } from "./failure-file.ts";
import { sayEnding } from "./shrink-ending.ts";
import { holdings, stepsAround } from "./story-events.ts";

/**
 * A failure in at most twenty lines for somebody who does not know the code: what should have held and what happened
 * instead, the faults, the protocol's steps around them, who held what at the end, how to see it again.
 *
 * `entries` is a recording of the shrunk case; without one (the run took the thread with it) the steps are left out.
 * `claims` are those of the scenario's author: a claim that is broken is told in its own words.
 */
export function storyOf(
  failure: Failure,
  replayCommand: string,
  entries: readonly JournalEntry[] = [],
  claims: readonly Oracle[] = [],
): string {
  const { topology, plan, input } = failure.case;
  const faults = plan.slice(0, FAULTS_MAX).map((fault, index) => `  ${index + 1}. ${sayFault(fault)}`);
  if (plan.length > FAULTS_MAX) faults.push(`  … and ${plan.length - FAULTS_MAX} more`);
  const records = Object.entries(input)
    .map(([topic, one]) => `${one.kind === "values" ? one.values.length : one.to - one.from} of ${topic}`)
    .join(", ");
  const head = [
    `${failure.signature}  in ${failure.scenario.name}${failure.mutant === null ? "" : `, with the planted bug ${failure.mutant}`}`,
    ...claimInWords(failure.claim, claims),
    ...failure.message.split("\n").slice(0, entries.length > 0 ? 2 : 8),
    ...(failure.expected === undefined ? [] : [`  expected  ${oneLine(failure.expected)}`]),
    ...(failure.actual === undefined ? [] : [`  actual    ${oneLine(failure.actual)}`]),
    plan.length === 0 ? "No fault is needed for it." : `After ${plan.length === 1 ? "this fault" : "these faults"}:`,
    ...faults,
  ];
  const tail = [
    `On ${counted(topology.workers, "worker")}, parallelism ${topology.parallelism}, ${counted(topology.storageNodes, "storage node")}; records: ${records}.`,
    `Shrunk from ${counted(failure.shrink.originalPlanLength, "fault")} in ${counted(failure.shrink.runs, "run")} (${sayEnding(failure.shrink.ending)}).`,
    `Again: ${replayCommand}`,
  ];
  if (entries.length === 0) return `${[...head, ...tail].join("\n")}\n`;
  const left = LINES_MAX - head.length - tail.length - 2;
  const steps = ["What happened:", ...stepsAround(entries, left), holdings(entries)];
  return `${[...head, ...steps, ...tail].join("\n")}\n`;
}

/** None for a case that is not to be trusted: there no claim is broken, the simulator is. */
function claimInWords(id: string, claims: readonly Oracle[]): readonly string[] {
  const claim = [...builtInOracles, ...claims].find(one => one.id === id);
  return claim === undefined ? [] : [`Claimed: ${claim.sentence}`];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function oneLine(text: string): string {
  const line = text === "" ? "(nothing)" : text.replaceAll("\n", " ");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

const LINES_MAX = 20;
const FAULTS_MAX = 4;

/** `proc.kill tm0 when count[1] aligns checkpoint 3, for 500 ms`. */
export function sayFault(fault: Fault): string {
  const lasting = fault.forUs === undefined ? "" : `, for ${sayTime(fault.forUs)}`;
  const params = Object.entries(fault.params ?? {}).map(([name, value]) => `${name} ${value}`);
  return `${fault.kind} ${fault.target} ${sayTrigger(fault.when)}${lasting}${params.length === 0 ? "" : ` (${params.join(", ")})`}`;
}

export function sayTrigger(when: Trigger): string {
  if ("atUs" in when) return `at ${sayTime(when.atUs)}`;
  if ("step" in when) return `before port call ${when.step}${when.life === undefined ? "" : ` of life ${when.life}`}`;
  const { event, role, subtask, checkpoint, attempt } = when.on;
  const who = [role, subtask].filter(one => one !== undefined).join(" ");
  const nth = when.nth === undefined ? "" : `the ${ordinal(when.nth)} `;
  const of = [
    who === "" ? "" : ` of ${who}`,
    checkpoint === undefined ? "" : ` for checkpoint ${checkpoint}`,
    attempt === undefined ? "" : ` in attempt ${attempt}`,
  ];
  const plus = when.plusUs === undefined ? "" : `${sayTime(when.plusUs)} after `;
  return `${plus === "" ? "at " : plus}${nth}${event}${of.join("")}`;
}

function sayTime(us: number): string {
  if (us >= 1_000_000 && us % 100_000 === 0) return `${us / 1_000_000} s`;
  return us >= 1_000 ? `${us / 1_000} ms` : `${us} µs`;
}

function ordinal(n: number): string {
  const tail = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${tail}`;
}
