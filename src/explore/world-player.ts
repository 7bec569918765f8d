import { isDeepStrictEqual } from "node:util";
import { authoredClaim, ClaimGaveWay } from "../oracles/authored-claim.ts";
import { isDrained } from "../oracles/evidence/drained.ts";
import { Evidence } from "../oracles/evidence/evidence.ts";
import { outputClaims } from "../oracles/output-claims.ts";
import { beginSuite, builtInOracles, type Suite } from "../oracles/suite.ts";
import type { Setting, Violation } from "../oracles/oracle.ts";
import type { Case, TopicInput } from "../world/case.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import { damagedRoles } from "../world/faults/damaged-roles.ts";
import { faultDevice } from "../world/faults/fault-catalogue.ts";
import { watchReads } from "../kernel/fence/watched-reads.ts";
import { playWorld, type Surroundings, type WorldEnd } from "../world/play.ts";
import type { Actors } from "../world/world.ts";
import { unplayedRun, type CasePlayer, type CaseRun, type PlayOptions, type Verdict } from "./case-run.ts";
import { isBearable, isDamage } from "./damage-budget.ts";
import { shelf } from "./dataset.ts";
import { Misuse } from "./misuse.ts";
import { isArbitrary, isSlice, type Scenario } from "./scenario.ts";

/**
 * Plays cases of a scenario in simulated worlds and has every claim judge them. It owns the joint of world and oracles:
 * what a run's end and the violations add up to.
 */
export class WorldPlayer implements CasePlayer {
  readonly #scenario: Scenario;
  readonly #freshJob: (() => Actors["job"]) | undefined;

  /** `freshJob` imports the job's modules anew; without it `freshJobModules` changes nothing. */
  constructor(scenario: Scenario, freshJob?: () => Actors["job"]) {
    this.#scenario = scenario;
    this.#freshJob = freshJob;
  }

  /** An error of our own costs this case, and not the campaign; a mistake of the author's is the author's to hear of. */
  async play(played: Case, options: PlayOptions = {}): Promise<CaseRun> {
    const input = partitioned(played, this.#scenario);
    try {
      return await this.#play(played, input, options);
    } catch (error) {
      if (error instanceof Misuse) throw error;
      return runOfError(error);
    }
  }

  async #play(played: Case, input: Actors["input"], options: PlayOptions): Promise<CaseRun> {
    const scenario = this.#scenario;
    const fresh = options.freshJobModules === true ? this.#freshJob : undefined;
    const actors: Actors = {
      job: scenario.job,
      params: scenario.params,
      services: scenario.services,
      input,
      ...(fresh === undefined ? {} : { freshJob: fresh }),
      ...(options.portOf === undefined ? {} : { portOf: options.portOf }),
    };
    let suite: Suite | undefined;
    let violation: Violation | undefined;
    let reads: readonly string[] = [];
    const end = await playWorld({
      case: played,
      actors,
      record: options.record ?? false,
      ...(options.onEntry === undefined ? {} : { onEntry: options.onEntry }),
      watch: surroundings => {
        const setting = settingOf(played, actors, surroundings, scenario);
        const coordination = setting.dishonestDisks?.has(setting.roles.coordination) === true;
        const begun = beginSuite(
          isBearable(played)
            ? [...builtInOracles, ...scenario.claims.map(authoredClaim)]
            : outputClaims({ coordination }),
          setting,
        );
        suite = begun;
        return {
          wants: begun.wants,
          on(observation) {
            violation ??= begun.on(observation);
            return violation !== undefined;
          },
          drained: () => isDrained(setting),
          end(final) {
            // The reference calls the job's functions here.
            const { result: found, reads: noted } = watchReads(() => begun.end(final));
            violation ??= found[0];
            reads = noted;
          },
        };
      },
    });
    return runOf(played, notComparable(end, violation, reads), violation, suite);
  }
}

/** What a function makes of the time, or of chance, no reference can foretell: the run says nothing about the runtime. */
function notComparable(end: WorldEnd, violation: Violation | undefined, reads: readonly string[]): WorldEnd {
  const [read] = reads;
  const held = violation === undefined ? undefined : heldAgainstReference[violation.claim];
  if (read === undefined || held === undefined) return end;
  const reason =
    `the job's ${held} is not a function of its input: it depends on ${read}. ` +
    "Take times from the records, and draw nothing: a restore would give other results for the same records.";
  return { ...end, end: "broken", reason };
}

/** What a claim compares with what the reference makes of the same input. */
const heldAgainstReference: Readonly<Record<string, "output" | "state">> = { "SK-1": "output", "ST-7": "state" };

function runOfError(error: unknown): CaseRun {
  const { name, stack } = error instanceof Error ? error : new Error(String(error));
  const whose = error instanceof ClaimGaveWay ? "" : "Millrace itself failed while it played this case: ";
  return unplayedRun({ kind: "broken", reason: whose + (stack ?? name) });
}

function runOf(played: Case, end: WorldEnd, violation: Violation | undefined, suite: Suite | undefined): CaseRun {
  return {
    verdict: verdictOf(end, violation, mayFail(played, end)),
    digest: end.digest,
    events: end.events,
    simulatedMs: end.simulatedMs,
    activeSimulatedMs: end.activeSimulatedMs,
    faults: end.faults,
    recoveries: end.recoveries,
    claims: suite?.counts() ?? {},
    phases: end.cells,
    entries: end.entries,
    ...(end.journal.recording ? { journal: end.journal } : {}),
  };
}

/** What is too much is owed an end that says so. */
function mayFail(played: Case, { faults }: WorldEnd): boolean {
  const { topology, knobs } = played;
  // Each restart, and the end behind the last one, is a fault's doing: a job that fails by itself has used up nobody's patience.
  const restartsAreUsedUp = faults.filter(({ effective }) => effective).length > knobs.restartsMax;
  return topology.broker === "classic" || !isBearable(played) || restartsAreUsedUp;
}

/** A broken run says nothing about claims; a violated claim outranks everything else; who did not end is stuck. */
export function verdictOf(
  end: Pick<WorldEnd, "end" | "reason" | "blame" | "faults">,
  violation: Violation | undefined,
  failureIsOwed = false,
): Verdict {
  if (end.end === "broken") return { kind: "broken", reason: end.reason ?? "no reason given" };
  if (violation !== undefined) return { kind: "violated", violation };
  switch (end.end) {
    case "stuck":
      return { kind: "stuck", blame: end.blame ?? "nobody is to blame" };
    case "exhausted":
      return { kind: "exhausted", reason: end.reason ?? "out of budget" };
    case "failed":
      // What cannot be borne is owed an end that says so, and everything that was committed must be right all the same.
      // Damage to fewer disks than there are replicas can be borne.
      // What was asked of a broker may have happened though its answer is still on the way: fired is enough.
      if (failureIsOwed || end.faults.some(({ fired, kind }) => fired && losesForGood(kind))) return { kind: "passed" };
      return {
        kind: "violated",
        violation: { claim: "FO-5", where: "job", message: `the job failed: ${end.reason ?? "no cause given"}` },
      };
    case "violated":
      return { kind: "broken", reason: "the run ended for a violation that nobody reported" };
    case "finished":
    case "checkpointed":
      return end.faults.length > 0 && !end.faults.some(fault => fault.effective)
        ? { kind: "vacuous" }
        : { kind: "passed" };
  }
}

/** Damage is for replicas to make good; what is lost otherwise is lost. */
function losesForGood(kind: FaultKind): boolean {
  return faultDevice(kind).owes === "fail-loudly" && !isDamage(kind);
}

function settingOf(
  played: Case,
  actors: Actors,
  { layout, job, durable, folder, graph }: Surroundings,
  scenario: Scenario,
): Setting {
  return {
    graph,
    input: actors.input,
    durable,
    folder,
    job,
    evidence: new Evidence(),
    roles: { coordination: "coord", broker: "broker", storage: layout.storage },
    replicas: played.topology.replicas,
    knobs: { ...played.knobs },
    dishonestDisks: new Set(played.plan.flatMap(fault => damagedRoles(fault, layout))),
    replacedDisks: replacedDisks(played, layout),
    ...(played.plan.some(({ kind }) => kind === "clock.drift") ? { unsteadyTimers: true } : {}),
    ...(played.plan.some(({ kind }) => kind === "rpc.lose-request" || kind === "rpc.delay")
      ? { messagesGoAstray: true }
      : {}),
    ...(played.topology.broker === "classic" ? { preparedMayExpire: true } : {}),
    ...(isBearable(played) ? {} : { outputMayBeLost: true }),
    ...(played.topology.broker === "classic" || played.plan.some(({ kind }) => losesForGood(kind))
      ? { lossIsPlanned: true }
      : {}),
    ...(isReduced(played, scenario) ? { planIsReduced: true } : {}),
    ...(scenario.compare === undefined ? {} : { compare: scenario.compare }),
  };
}

function replacedDisks({ plan }: Case, layout: Surroundings["layout"]): ReadonlySet<string> {
  const atOnce = ({ kind }: Fault): boolean =>
    kind === "disk.wipe" || kind === "disk.swap" || kind === "machine.remove";
  const rest = new Set(plan.filter(fault => !atOnce(fault)).flatMap(fault => damagedRoles(fault, layout)));
  return new Set(plan.filter(atOnce).flatMap(fault => damagedRoles(fault, layout).filter(role => !rest.has(role))));
}

function isReduced(played: Case, { plan, fixed, input }: Scenario): boolean {
  const keeps = <T extends object>(wanted: Partial<T>, has: T): boolean =>
    (Object.keys(wanted) as (keyof T)[]).every(name => has[name] === wanted[name]);
  const { topology, knobs } = played;
  const isWhole = plan.every(fault => played.plan.some(other => isDeepStrictEqual(other, fault)));
  const isCut = Object.entries(input).some(([topic, all]) => {
    const some = played.input[topic];
    if (some === undefined || isArbitrary(all)) return false;
    return lengthOf(some) < (isSlice(all) ? shelf.slice(all) : all).length;
  });
  return isCut || !isWhole || !keeps(fixed.topology, topology) || !keeps(fixed.knobs, knobs);
}

function lengthOf(input: TopicInput): number {
  return input.kind === "values" ? input.values.length : input.to - input.from;
}

/** Record i of a topic lies in partition i mod n: each partition keeps the order of the whole. */
function partitioned(played: Case, scenario: Scenario): Actors["input"] {
  return Object.fromEntries(
    Object.entries(played.input).map(([topic, input]) => {
      if (!(topic in scenario.input))
        throw new Misuse(
          `The case has records for the topic "${topic}", which the scenario "${scenario.name}" does not read.`,
        );
      const records = input.kind === "values" ? input.values : shelf.slice(input);
      const partitions: unknown[][] = Array.from({ length: played.topology.partitions }, () => []);
      for (const [index, record] of records.entries()) partitions[index % partitions.length]!.push(record);
      return [topic, partitions];
    }),
  );
}
