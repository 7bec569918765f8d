import { wordOf, type Fault } from "../fault.ts";
import { faultDevice } from "./fault-catalogue.ts";
import type { FaultDevice, ParamRule, TargetKind } from "./fault-device.ts";
import { answeredMethods } from "./rpc-methods.ts";
import { taskSites, type TaskSite } from "./task-sites.ts";
import { wayOf, type Way } from "./way.ts";

/**
 * What is wrong with a fault that somebody wrote: a parameter that its kind does not take, a value out of bounds, a target
 * that cannot exist. It owns the words for it; where the fault stands in which file, its reader knows. The kind itself is
 * known by then.
 *
 * Where nobody says how many roles there are, a number beyond them is no mistake (`tm7` among three workers is `tm1`, see
 * layout.ts): shrinking takes machines away beneath a plan.
 */
export function faultMistake(fault: Fault, ground: FaultGround = {}): FaultMistake | undefined {
  const { params, target, lasts } = faultDevice(fault.kind);
  if (!fits(fault.target, target, ground))
    return { path: ["target"], message: `${fault.kind} wants ${wanted(target, ground)}, not "${fault.target}".` };
  const moment = momentMistake(fault, ground);
  if (moment !== undefined) return moment;
  if (fault.forUs !== undefined && lasts !== "for-a-while")
    return { path: ["forUs"], message: `${fault.kind} ${durations[lasts]}: it takes no duration.` };
  for (const [name, value] of Object.entries(fault.params ?? {})) {
    const rule = Object.hasOwn(params, name) ? params[name] : undefined;
    if (rule === undefined) {
      const known = Object.keys(params);
      const allowed = known.length === 0 ? "no parameter" : known.join(", ");
      return { path: ["params", name], message: `${fault.kind} takes ${allowed}.` };
    }
    if (!(rule.type === "method" && meetsOwnService(fault)) && !obeys(value, rule, ground))
      return { path: ["params", name], message: `${says(rule, ground)}, not ${JSON.stringify(value)}.` };
  }
  return siteMistake(fault, ground) ?? pairMistake(fault);
}

/** A site that the operator does not have is one that no call ever comes to. */
function siteMistake(fault: Fault, { sites }: FaultGround): FaultMistake | undefined {
  const site = faultDevice(fault.kind).strikesAt?.(fault);
  const operator = fault.target.slice(0, fault.target.lastIndexOf("["));
  const had = sites?.get(operator);
  if (site === undefined || had === undefined || had.has(site)) return undefined;
  if (fault.kind !== "task.fail") {
    const able = [...sites!].flatMap(([name, all]) => (all.has(site) ? [name] : []));
    const wanted = able.length === 0 ? "an operator with that site" : `one of ${able.join(", ")}`;
    return { path: ["target"], message: `${fault.kind} strikes at "${site}": ${wanted} is wanted, not "${operator}".` };
  }
  const allowed = taskSites.filter(one => had.has(one)).join(", ");
  return { path: ["params", "site"], message: `one of ${allowed} is wanted of "${operator}", not "${site}".` };
}

/** What an author's own service answers, nobody else knows. */
function meetsOwnService({ target }: Fault): boolean {
  const way = wayOf(target);
  const ends = way === undefined ? [target] : [...way.from, ...way.to];
  return ends.some(role => !isNumbered(role, {}) && role !== "coord" && role !== "broker");
}

/** Values that each are right, and wrong together. */
function pairMistake(fault: Fault): FaultMistake | undefined {
  const { kind, target } = fault;
  if (kind === "disk.swap" && wordOf(fault, "with", "tm0") === target)
    return { path: ["params", "with"], message: `another machine than that of "${target}" is wanted.` };
  if (kind !== "rpc.delay" || wordOf(fault, "part", "request") === "request") return undefined;
  const method = wordOf(fault, "method", "");
  if (answeredMethods.includes(method) || (method !== "" && meetsOwnService(fault))) return undefined;
  const named = method === "" ? "nothing" : `"${method}", which has no reply`;
  return { path: ["params", "method"], message: `one of ${answeredMethods.join(", ")} is wanted, not ${named}.` };
}

const durations: Readonly<Record<Exclude<FaultDevice["lasts"], "for-a-while">, string>> = {
  once: "happens once",
  "until-calm": "lasts until the calm",
  "for-good": "is for good",
};

/** What there is for a fault to meet. Where nothing is said, any name may be one. */
export interface FaultGround {
  /** How many job managers, workers and storage nodes. */
  readonly roles?: Readonly<Record<NumberedRole, number>>;
  /** An author's own external systems. */
  readonly services?: readonly string[];
  /** How many subtasks each operator of the job has. */
  readonly subtasks?: ReadonlyMap<string, number>;
  /** Where each of them can be struck in its author's code. */
  readonly sites?: ReadonlyMap<string, ReadonlySet<TaskSite>>;
}

export type NumberedRole = "jm" | "tm" | "dfs";

export interface FaultMistake {
  /** Inside the fault. */
  readonly path: readonly string[];
  readonly message: string;
}

/** An event is the author's to name; the role and the subtask that it must be about are not. */
function momentMistake({ when, target }: Fault, ground: FaultGround): FaultMistake | undefined {
  if ("step" in when && /[>[]|^site$/.test(target))
    return { path: ["when"], message: `the calls of a role are counted, and "${target}" is none.` };
  if (!("on" in when)) return undefined;
  for (const kind of ["role", "subtask"] as const) {
    const named = when.on[kind];
    if (named !== undefined && !fits(named, kind, ground))
      return { path: ["when", "on", kind], message: `${wanted(kind, ground)} is wanted, not "${named}".` };
  }
  return undefined;
}

function fits(target: string, kind: TargetKind, ground: FaultGround): boolean {
  const { services, subtasks } = ground;
  const role = (name: string | undefined): boolean =>
    name !== undefined &&
    (isNumbered(name, ground) ||
      name === "coord" ||
      name === "broker" ||
      (services === undefined ? isServiceName(name) : services.includes(name)));
  const between = ({ from, to }: Way): boolean =>
    from.every(role) && to.every(role) && !from.some(one => to.includes(one));
  const subtask = (): boolean => {
    const [, operator, index] = /^(.+)\[(0|[1-9]\d*)\]$/.exec(target) ?? [];
    return operator !== undefined && (subtasks === undefined || Number(index) < (subtasks.get(operator) ?? 0));
  };
  switch (kind) {
    case "role":
    case "machine":
      return role(target);
    case "broker":
      return target === "broker";
    case "coordination":
      return target === "coord";
    case "storage":
      return target.startsWith("dfs") && isNumbered(target, ground);
    case "site":
      return target === "site";
    case "way-or-role": {
      const way = wayOf(target);
      return way === undefined ? role(target) : between(way);
    }
    case "link-or-role": {
      const way = wayOf(target);
      if (way === undefined) return role(target);
      return !way.both && way.from.length === 1 && way.to.length === 1 && between(way);
    }
    case "subtask":
      return subtask();
  }
}

function isNumbered(name: string, { roles }: FaultGround): boolean {
  const [, prefix, index] = /^(jm|tm|dfs)(0|[1-9]\d*)$/.exec(name) ?? [];
  return prefix !== undefined && (roles === undefined || Number(index) < roles[prefix as NumberedRole]);
}

function isServiceName(name: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(name) && !/^(jm|tm|dfs)\d*$/.test(name);
}

function wanted(kind: TargetKind, ground: FaultGround): string {
  const { services = [], subtasks } = ground;
  const roles = [numbered("jm", ground), numbered("tm", ground), numbered("dfs", ground), "broker", "coord"]
    .concat(services)
    .join(", ");
  switch (kind) {
    case "role":
    case "machine":
      return `a role (${roles})`;
    case "broker":
      return `"broker"`;
    case "coordination":
      return `"coord"`;
    case "storage":
      return `a storage node (${numbered("dfs", ground)})`;
    case "site":
      return `"site"`;
    case "way-or-role":
      return `a role, an ordered pair such as "jm0>tm1", or both ways between groups such as "jm0,tm0<>tm1" (${roles})`;
    case "link-or-role":
      return `a role, or an ordered pair such as "jm0>tm1" (${roles})`;
    case "subtask":
      return subtasks === undefined ? `a subtask, such as "count[0]"` : `a subtask of the job (${listed(subtasks)})`;
  }
}

/** `tm0..2`: those there are, or the first where nobody says how many. */
function numbered(prefix: NumberedRole, { roles }: FaultGround): string {
  const count = roles?.[prefix] ?? 1;
  return count === 1 ? `${prefix}0` : `${prefix}0..${count - 1}`;
}

/** `source[0..1], count[0]`: every subtask there is. */
function listed(subtasks: ReadonlyMap<string, number>): string {
  const ranges = [...subtasks].map(([operator, count]) => `${operator}[${count === 1 ? "0" : `0..${count - 1}`}]`);
  return ranges.length === 0 ? "it has none" : ranges.join(", ");
}

function obeys(value: number | string, rule: ParamRule, ground: FaultGround): boolean {
  switch (rule.type) {
    case "role":
      return typeof value === "string" && fits(value, "role", ground);
    case "roles":
      return value === "" || (typeof value === "string" && value.split(",").every(name => fits(name, "role", ground)));
    case "integer":
      return typeof value === "number" && Number.isInteger(value) && value >= rule.min && value <= rule.max;
    case "method":
    case "word":
      return typeof value === "string" && rule.oneOf.includes(value);
    case "text":
      return typeof value === "string" && value !== "";
  }
}

function says(rule: ParamRule, ground: FaultGround): string {
  switch (rule.type) {
    case "role":
      return `${wanted("role", ground)} is wanted`;
    case "roles":
      return `roles with commas between them are wanted, such as "tm0,jm0"`;
    case "integer":
      return `a whole number from ${rule.min} to ${rule.max} is wanted`;
    case "method":
    case "word":
      return `one of ${rule.oneOf.join(", ")} is wanted`;
    case "text":
      return "a text is wanted";
  }
}
