import type { Fault } from "../fault.ts";
import { faultDevice } from "./fault-catalogue.ts";
import type { ParamRule, TargetKind } from "./fault-device.ts";

/**
 * What is wrong with a fault that somebody wrote: a parameter that its kind does not take, a value out of bounds, a target
 * that cannot exist. It owns the words for it; where the fault stands in which file, its reader knows. The kind itself is
 * known by then.
 *
 * `services` are the names of an author's own external systems; without them any name may be one. A number beyond the
 * topology is no mistake (`tm7` among three workers is `tm1`, see layout.ts).
 */
export function faultMistake(fault: Fault, services?: readonly string[]): FaultMistake | undefined {
  const { params, target } = faultDevice(fault.kind);
  if (!fits(fault.target, target, services))
    return { path: ["target"], message: `${fault.kind} wants ${wanted(target, services)}, not "${fault.target}".` };
  if ("step" in fault.when && /[>[]|^site$/.test(fault.target))
    return { path: ["when"], message: `the calls of a role are counted, and "${fault.target}" is none.` };
  for (const [name, value] of Object.entries(fault.params ?? {})) {
    const rule = params[name];
    if (rule === undefined) {
      const known = Object.keys(params);
      const allowed = known.length === 0 ? "no parameter" : known.join(", ");
      return { path: ["params", name], message: `${fault.kind} takes ${allowed}.` };
    }
    if (!obeys(value, rule, services))
      return { path: ["params", name], message: `${says(rule, services)}, not ${JSON.stringify(value)}.` };
  }
  return undefined;
}

export interface FaultMistake {
  /** Inside the fault. */
  readonly path: readonly string[];
  readonly message: string;
}

function fits(target: string, kind: TargetKind, services: readonly string[] | undefined): boolean {
  const role = (name: string | undefined): boolean =>
    name !== undefined &&
    (/^(jm|tm|dfs)\d+$/.test(name) ||
      name === "coord" ||
      name === "broker" ||
      (services === undefined ? /^[a-z][a-z0-9-]*$/.test(name) : services.includes(name)));
  const link = (): boolean => {
    const [from, to, ...more] = target.split(">");
    return more.length === 0 && role(from) && role(to);
  };
  switch (kind) {
    case "role":
    case "machine":
      return role(target);
    case "broker":
      return target === "broker";
    case "coordination":
      return target === "coord";
    case "site":
      return target === "site";
    case "link":
      return link();
    case "link-or-role":
      return role(target) || link();
    case "subtask":
      return /^.+\[\d+\]$/.test(target);
  }
}

function wanted(kind: TargetKind, services: readonly string[] | undefined): string {
  const roles = ["jm0", "tm0", "dfs0", "broker", "coord", ...(services ?? [])].join(", ");
  switch (kind) {
    case "role":
    case "machine":
      return `a role (${roles})`;
    case "broker":
      return `"broker"`;
    case "coordination":
      return `"coord"`;
    case "site":
      return `"site"`;
    case "link":
      return `an ordered pair of roles, such as "jm0>tm1" (${roles})`;
    case "link-or-role":
      return `a role, or an ordered pair such as "jm0>tm1" (${roles})`;
    case "subtask":
      return `a subtask, such as "count[0]"`;
  }
}

function obeys(value: number | string, rule: ParamRule, services: readonly string[] | undefined): boolean {
  switch (rule.type) {
    case "role":
      return typeof value === "string" && fits(value, "role", services);
    case "roles":
      return (
        value === "" || (typeof value === "string" && value.split(",").every(name => fits(name, "role", services)))
      );
    case "integer":
      return typeof value === "number" && Number.isInteger(value) && value >= rule.min && value <= rule.max;
    case "word":
      return typeof value === "string" && rule.oneOf.includes(value);
    case "text":
      return typeof value === "string";
  }
}

function says(rule: ParamRule, services: readonly string[] | undefined): string {
  switch (rule.type) {
    case "role":
      return `${wanted("role", services)} is wanted`;
    case "roles":
      return `roles with commas between them are wanted, such as "tm0,jm0"`;
    case "integer":
      return `a whole number from ${rule.min} to ${rule.max} is wanted`;
    case "word":
      return `one of ${rule.oneOf.join(", ")} is wanted`;
    case "text":
      return "a text is wanted";
  }
}
