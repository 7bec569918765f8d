/**
 * What the oracles of one run work out together: made when the first of them asks for it, the same for all others.
 *
 * It lies with the run's setting and not in tables of the modules that make it. V8's collector of young objects takes for
 * alive what a table that lives on names, a WeakMap's entries too, and with it the whole world of a run that is over.
 */
export class Evidence {
  readonly #made = new Map<object, unknown>();

  /** `key` stands for what is made: its class, or the function that asks. */
  of<T>(key: object, make: () => T): T {
    const known = this.#made.get(key);
    if (known !== undefined) return known as T;
    const made = make();
    this.#made.set(key, made);
    return made;
  }
}
