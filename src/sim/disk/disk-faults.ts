import { callMatch, meets, type CallMatch, type CallPattern, type CallSubject } from "./call-pattern.ts";
import type { DiskFault } from "./disk-fault.ts";
import { spoils, type Spoiling } from "./spoil.ts";

/**
 * The faults that are active on one disk. It owns which call they meet and how often; what a failed call does to pages
 * and names is sim-disk.ts's business. A fault draws nothing, so that one that meets no call can be taken away and
 * all else stays equal.
 *
 * Where several faults meet a call, the first that was injected fails or spoils it, and all slowing adds up.
 */
export class DiskFaults {
  #spoiling: readonly SpoilRule[] = [];
  #slowing: readonly SlowRule[] = [];
  #holding: readonly HoldRule[] = [];

  /** Calls fail, or do not do what they say. */
  spoil(pattern: CallPattern, options: { readonly how: Spoiling; readonly times?: number }): DiskFault {
    const rule: SpoilRule = { ...callMatch(pattern), how: options.how, timesLeft: options.times ?? Infinity };
    this.#spoiling = [...this.#spoiling, rule];
    return { effect: rule.effect, cure: () => (this.#spoiling = this.#spoiling.filter(other => other !== rule)) };
  }

  slow(pattern: CallPattern, options: { readonly factor?: number; readonly extraUs?: number }): DiskFault {
    const rule: SlowRule = { ...callMatch(pattern), factor: options.factor ?? 1, extraUs: options.extraUs ?? 0 };
    this.#slowing = [...this.#slowing, rule];
    return { effect: rule.effect, cure: () => (this.#slowing = this.#slowing.filter(other => other !== rule)) };
  }

  /** Calls run and are not answered: until the cure, or never. */
  hold(pattern: CallPattern, options: { readonly times?: number; readonly forGood?: boolean }): DiskFault {
    const rule: HoldRule = { ...callMatch(pattern), timesLeft: options.times ?? Infinity, resumes: [] };
    this.#holding = [...this.#holding, rule];
    const cure = (): void => {
      this.#holding = this.#holding.filter(other => other !== rule);
      if (options.forGood !== true) for (const resume of rule.resumes.splice(0)) resume();
    };
    return { effect: rule.effect, cure };
  }

  /** Nothing is active: most runs ask this only. */
  get none(): boolean {
    return this.#spoiling.length === 0 && this.#slowing.length === 0 && this.#holding.length === 0;
  }

  /** The rule that spoils this call, and one of its times is used up; undefined lets the call go on. */
  spoiling(call: CallSubject): SpoilRule | undefined {
    for (const rule of this.#spoiling) {
      if (rule.timesLeft === 0 || !spoils(rule.how, call) || !meets(rule, call)) continue;
      rule.timesLeft--;
      return rule;
    }
    return undefined;
  }

  /** The latency of a call under the faults that slow it. */
  slowed(latencyUs: number, call: CallSubject, atUs: number): number {
    let slowedUs = latencyUs;
    for (const rule of this.#slowing) {
      if (!meets(rule, call)) continue;
      slowedUs = slowedUs * rule.factor + rule.extraUs;
      rule.effect.happened(atUs, () => `${call.role}'s ${call.operation} of ${call.path} took longer`);
    }
    return slowedUs;
  }

  /** True: the call is held, and `resume` lets it go on, if anything ever does. */
  held(call: CallSubject, resume: () => void, atUs: number): boolean {
    const rule = this.#holding.find(one => one.timesLeft > 0 && meets(one, call));
    if (rule === undefined) return false;
    rule.timesLeft--;
    rule.resumes.push(resume);
    rule.effect.happened(atUs, () => `${call.role}'s ${call.operation} of ${call.path} got no answer`);
    return true;
  }
}

export interface SpoilRule extends CallMatch {
  readonly how: Spoiling;
  timesLeft: number;
}

interface SlowRule extends CallMatch {
  readonly factor: number;
  readonly extraUs: number;
}

interface HoldRule extends CallMatch {
  timesLeft: number;
  readonly resumes: (() => void)[];
}
