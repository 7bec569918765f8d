import { toTagged } from "../explore/tagged-json.ts";
import type { ExploreReport } from "./explore-report.ts";
import type { Reporter } from "./reporter.ts";

/** For programs: exactly one JSON document, at the end. */
export function jsonReporter(write: (text: string) => void): Reporter {
  return { end: report => write(jsonText(report)) };
}

export function jsonText(report: ExploreReport): string {
  return `${JSON.stringify(toTagged(report), undefined, 2)}\n`;
}
