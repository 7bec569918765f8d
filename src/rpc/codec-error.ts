/** A value that cannot be carried, or bytes that are no value: `$.accounts[3].seen: a Set cannot be carried`. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly reason: string;

  constructor(reason: string, path: readonly (string | number)[] = []) {
    super(`${describePath(path)}: ${reason}`);
    this.reason = reason;
  }
}

/** Deeper paths are cut: what nests without end has a cycle, and its first steps tell where. */
const STEPS_SHOWN_MAX = 8;

function describePath(path: readonly (string | number)[]): string {
  const steps = path.slice(0, STEPS_SHOWN_MAX).map(step => (typeof step === "number" ? `[${step}]` : `.${step}`));
  return `$${steps.join("")}${path.length > STEPS_SHOWN_MAX ? "…" : ""}`;
}
