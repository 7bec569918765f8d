import { readFileSync } from "node:fs";
import * as z from "zod";
import { lineOfPath } from "../explore/json-place.ts";
import { Misuse } from "../explore/misuse.ts";
import type { BenchResult } from "./measurement.ts";

/**
 * Figures of an earlier `bench --json` beside today's. It owns the form of that document when it is read again, and the
 * comparison; it judges nothing, since machines are shared and noisy.
 */
export type Baseline = ReadonlyMap<string, { readonly value: number; readonly unit: string }>;

export interface ComparedBench extends BenchResult {
  /** `value` over that of the baseline. Absent: it lacks this bench, or counts it in another unit. */
  readonly overBaseline?: number;
}

const documentSchema = z.object({
  benches: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string() })),
});

export function readBaseline(path: string): Baseline {
  const text = textOf(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Misuse(REMEDY, { place: path, cause });
  }
  const checked = documentSchema.safeParse(json);
  if (checked.success) return new Map(checked.data.benches.map(bench => [bench.name, bench]));
  throw new Misuse(REMEDY, { place: `${path}:${lineOfPath(text, checked.error.issues[0]?.path ?? [])}` });
}

export function overBaseline(
  { name, value, unit }: BenchResult,
  baseline: Baseline | undefined,
): Pick<ComparedBench, "overBaseline"> {
  const before = baseline?.get(name);
  return before === undefined || before.unit !== unit || before.value === 0
    ? {}
    : { overBaseline: value / before.value };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new Misuse(`--baseline cannot be read (${(cause as NodeJS.ErrnoException).code}). ${REMEDY}`, {
      place: path,
      cause,
    });
  }
}

const REMEDY = "A document that `millrace bench --json` has printed is wanted.";
