import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import * as z from "zod";
import { caseMistake } from "./case-mistake.ts";
import { caseSchema } from "./case-schema.ts";
import { lineOfBreak, lineOfPath } from "./json-place.ts";
import { Misuse, sentence } from "./misuse.ts";
import type { Scenario } from "./scenario.ts";
import { anyText, closed, text, wholeFrom } from "./schema-words.ts";
import { shrinkEndings } from "./shrink-ending.ts";
import { fromTagged, toTagged } from "./tagged-json.ts";

/**
 * A failing case on disk: all that a replay needs, on another machine or after the code has changed. It owns the form
 * of `case.json` and where it lies: one folder for each signature and shrunk case, with a count of how often it was
 * hit. It never replaces another failure's file.
 */
export const failureSchemaVersion = 1;

const failureSchema = z.strictObject({
  kind: z.literal("millrace-failure"),
  schema: z.literal(failureSchemaVersion),
  /** Version of Millrace and of Node that wrote it. */
  version: text,
  node: text,
  scenario: closed({ name: text, module: text, export: anyText }),
  /** Hashes of the data sets that the case names, so that other data is not taken for a pass. */
  datasets: z.record(z.string(), anyText, { error: "an object with the hash of each data set is wanted" }),
  case: caseSchema,
  original: closed({ seed: anyText, index: wholeFrom(0), case: caseSchema }),
  signature: text,
  claim: text,
  digest: anyText,
  message: anyText,
  expected: z.exactOptional(anyText),
  actual: z.exactOptional(anyText),
  mutant: z.nullable(anyText),
  shrink: closed({
    runs: wholeFrom(0),
    ending: z.enum(shrinkEndings, {
      error: ({ input }) => `${JSON.stringify(input)} is none of ${shrinkEndings.join(", ")}`,
    }),
    planLength: wholeFrom(0),
    originalPlanLength: wholeFrom(0),
  }),
  hits: wholeFrom(1),
  /** Of what decides a replay: right where it is there. Who has changed a file on purpose leaves it out. */
  sum: z.exactOptional(anyText),
});

export type Failure = z.infer<typeof failureSchema>;

export interface WrittenFailure {
  readonly id: string;
  readonly failure: Failure;
  /** Path of `case.json`. */
  readonly file: string;
}

/** Two failures are one when the same shrunk case shows the same signature under the same mutant. */
export function failureId(failure: Pick<Failure, "signature" | "case" | "mutant">): string {
  const { seed: _, ...plain } = failure.case;
  const text = canonical(toTagged([failure.signature, failure.mutant, plain]));
  return `${failure.case.scenario}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

/** Writes the failure below `folder`, or adds its hits to the file that has it already. */
export function writeFailure(folder: string, failure: Failure): WrittenFailure {
  const base = failureId(failure);
  for (let attempt = 1; ; attempt++) {
    const id = attempt === 1 ? base : `${base}-${attempt}`;
    const file = join(folder, id, "case.json");
    const known = existsSync(file) ? knownFailure(file) : undefined;
    if (existsSync(file) && (known === undefined || failureId(known) !== base)) continue;
    const merged = known === undefined ? failure : { ...known, hits: known.hits + failure.hits };
    publish(file, serializeFailure(merged));
    return { id, failure: merged, file };
  }
}

/** Writes what is newly known of a failure over its file: hits, or how small it is. */
export function rewriteFailure(path: string, failure: Failure): void {
  publish(path, serializeFailure(failure));
}

export function serializeFailure(failure: Failure): string {
  return `${JSON.stringify(toTagged({ ...failure, sum: sumOf(failure) }), undefined, 2)}\n`;
}

/** Reads and checks a failure file; a mistake is refused with its place in the file and what to do. */
export function readFailure(path: string): Failure {
  const place = relative(process.cwd(), path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new Misuse(`${unread(cause)}. A failure file is wanted, such as reports/failures/<id>/case.json.`, {
      place,
      cause,
    });
  }
  const parsed = parsedFailure(text, place);
  const { kind, schema } = (parsed ?? {}) as { kind?: unknown; schema?: unknown };
  if (kind !== "millrace-failure") {
    throw new Misuse(
      'This is not a failure file: "kind" is not "millrace-failure". `millrace explore` writes them as reports/failures/<id>/case.json.',
      { place },
    );
  }
  if (schema !== failureSchemaVersion) {
    throw new Misuse(
      `This file has schema ${String(schema)}, and this version of Millrace reads schema ${failureSchemaVersion}. Replay it with the version that wrote it.`,
      { place },
    );
  }
  const checked = failureSchema.safeParse(parsed);
  if (checked.success) {
    const { sum } = checked.data;
    // Of what stands in the file: what the schema adds for older files was not there when the sum was made.
    if (sum === undefined || sum === sumOf(parsed as Failure)) return checked.data;
    throw new Misuse(
      'This file was edited: its case is not the one that "sum" was made of. Restore it, or delete the line "sum" to play the changed case.',
      { place: `${place}:${lineOfPath(text, ["sum"])}` },
    );
  }
  const [issue] = checked.error.issues;
  if (issue?.code === "unrecognized_keys") {
    // Closed parts of a case say which fields there are.
    const says = issue.message.includes("Allowed: ") ? issue.message : "a failure file has no such field.";
    throw wrongAt([...issue.path, issue.keys[0]!], says, { place, text });
  }
  throw wrongAt(issue?.path ?? [], issue?.message ?? "this is no failure", { place, text });
}

/**
 * A file that we wrote may outlive an operator or a service: what its plan names is gone then, and its replay says so
 * (`stale`). In a file that somebody has written or changed it is a mistake, told with what there is; so is a cluster that
 * cannot run.
 */
export function refuseUnplayable(failure: Failure, scenario: Scenario, path: string): void {
  const { sum, scenario: named, case: played, original } = failure;
  if (sum !== undefined) return;
  const mistake =
    played.scenario === named.name
      ? caseMistake(played, scenario, original.case.topology)
      : { path: ["scenario"], message: `"${named.name}" is wanted, as in "scenario.name" of the file.` };
  if (mistake === undefined) return;
  const at = { place: relative(process.cwd(), path), text: readFileSync(path, "utf8") };
  throw wrongAt(["case", ...mistake.path], mistake.message, at);
}

function wrongAt(
  path: readonly PropertyKey[],
  message: string,
  { place, text }: { readonly place: string; readonly text: string },
): Misuse {
  return new Misuse(
    `"${path.map(String).join(".")}" is wrong: ${sentence(message)} Restore the file, or run the campaign again.`,
    {
      place: `${place}:${lineOfPath(text, path)}`,
    },
  );
}

/** Sixteen hexadecimal digits; hits, messages and versions may change. */
function sumOf({ scenario, datasets, case: played, signature, digest, mutant }: Failure): string {
  const text = canonical(toTagged([scenario, datasets, played, signature, digest, mutant]));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function knownFailure(file: string): Failure | undefined {
  try {
    return readFailure(file);
  } catch {
    return undefined;
  }
}

/** Whole or not at all: somebody may interrupt us, and somebody else may be reading. */
function publish(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** JSON with sorted keys: equal values give equal text. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

function parsedFailure(text: string, place: string): unknown {
  const remedy = "Run the campaign again, or take the file from where it was written.";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const at = `${place}:${lineOfBreak(text)}`;
    throw new Misuse(`This is not a whole JSON document (${reasonOf(cause)}). ${remedy}`, { place: at, cause });
  }
  try {
    return fromTagged(json);
  } catch (cause) {
    throw new Misuse(`A value of this file has a form that nobody wrote (${reasonOf(cause)}). ${remedy}`, {
      place,
      cause,
    });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function unread(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") return "There is no such file";
  return code === "EISDIR" ? "This is a folder" : `This file cannot be read (${code})`;
}
