import type { Incarnation } from "../../kernel/process.ts";
import { numberOf, wordOf, type Fault } from "../fault.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";
import type { Strike } from "./task-faults.ts";
import { taskSites, type TaskSite } from "./task-sites.ts";

/** Faults of one attempt of a subtask, in a process that lives on: the commonest failures of all. */
export const attemptFaults: readonly FaultDevice[] = [
  {
    kind: "task.fail",
    sentence: "The author's code throws once, at a named site of one subtask; the worker lives on.",
    target: "subtask",
    lasts: "once",
    params: { site: { type: "word", oneOf: taskSites, otherwise: "record" } },
    owes: "recover",
    law: "an exception of the author's code fails its task and nothing else",
    strikesAt: failingSite,
    inject: (levers, fault) =>
      strikeOnce(levers, fault, failingSite(fault), where => {
        throw new Error(`injected failure of ${where}`);
      }),
  },
  {
    kind: "task.stuck-cancel",
    sentence: "A sink does not let go when its attempt is cancelled: the worker has to give itself up for it.",
    target: "subtask",
    lasts: "for-a-while",
    params: {},
    owes: "recover",
    law: "a worker whose cancelled subtask does not let go ends itself",
    strikesAt: () => "release",
    inject(levers, fault) {
      let release = (): void => {};
      const injected = strikeOnce(
        levers,
        fault,
        "release",
        (_where, life) => new Promise<void>(resolve => (release = () => life.turn(resolve))),
      );
      const cure = () => {
        injected.cure!();
        release();
      };
      return { cure, effect: injected.effect };
    },
  },
  {
    kind: "snapshot.slow",
    sentence: "The synchronous part of one snapshot takes long, and its whole process with it.",
    target: "subtask",
    lasts: "once",
    params: { addUs: { type: "integer", min: 1, max: 60_000_000, otherwise: 500_000 } },
    owes: "recover",
    law: "a slow snapshot delays its checkpoint and fails nothing",
    strikesAt: () => "snapshot",
    inject: (levers, fault) =>
      strikeOnce(levers, fault, "snapshot", (_where, life) => {
        life.work(numberOf(fault, "addUs", 500_000));
        return undefined;
      }),
  },
];

function failingSite(fault: Fault): TaskSite {
  return wordOf(fault, "site", "record") as TaskSite;
}

function strikeOnce(
  levers: Levers,
  fault: Fault,
  site: TaskSite,
  strike: (where: string, life: Incarnation) => ReturnType<Strike>,
): Injected {
  const [, operator, subtask] = /^(.+)\[(\d+)\]$/.exec(fault.target)!;
  let struck: { readonly atUs: number; readonly note: string } | undefined;
  const cure = levers.tasks.arm(site, operator!, Number(subtask), (role, where) => {
    struck = { atUs: levers.site.kernel.nowUs, note: `struck ${where} on ${role}` };
    return strike(where, levers.incarnation(role)!);
  });
  return {
    cure,
    effect: () => struck && { firstAtUs: struck.atUs, lastAtUs: struck.atUs, note: struck.note },
  };
}
