import type { InjectedEffect } from "./fault-device.ts";

/** What a fault that acts more than once has done so far, each with its instant: together they are its effect. */
export class Marks {
  readonly #nowUs: () => number;
  readonly #made: { readonly atUs: number; readonly what: string }[] = [];

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  add(what: string): void {
    this.#made.push({ atUs: this.#nowUs(), what });
  }

  get whats(): readonly string[] {
    return this.#made.map(({ what }) => what);
  }

  /** Undefined while there is none. */
  effect(verb = ""): InjectedEffect | undefined {
    const [first] = this.#made;
    if (first === undefined) return undefined;
    return { firstAtUs: first.atUs, lastAtUs: this.#made.at(-1)!.atUs, note: `${verb}${this.whats.join(", ")}` };
  }
}
