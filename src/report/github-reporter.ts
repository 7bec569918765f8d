import { holds, type CorpusResult } from "../explore/corpus.ts";
import type { FoundFailure } from "../explore/failure-recorder.ts";
import { sayFault } from "../explore/story.ts";
import { sayUnjudged } from "../explore/unjudged-claims.ts";
import { missedBound } from "./default-reporter.ts";
import { notTolerated, type ExploreReport } from "./explore-report.ts";
import type { Reporter } from "./reporter.ts";

/**
 * For GitHub Actions: an annotation for each of the first ten failures (GitHub shows no more of a step), and a summary of
 * the step in Markdown. `summarize` is undefined outside of GitHub: the annotations are then what there is.
 */
export function githubReporter(
  write: (text: string) => void,
  summarize: ((markdown: string) => void) | undefined,
): Reporter {
  return {
    end(report) {
      write(annotations(report));
      summarize?.(summaryOf(report));
    },
  };
}

export function annotations(report: ExploreReport): string {
  const all = [
    ...report.failures.map(failure => ({
      title: `${failure.signature} in ${failure.scenario}`,
      text: wordsOf(failure),
      file: failure.file,
    })),
    ...failedRegressions(report).map(({ signature, scenario, outcome, file }) => ({
      title: `${signature} in ${scenario}`,
      text: `A regression case fails again: ${outcome}.\nagain: npx millrace replay ${file}`,
      file,
    })),
    ...report.unseen.map(id => ({ title: id, text: UNSEEN, file: undefined })),
    ...notTolerated(report).map(({ kind, text }) => ({ title: kind, text, file: undefined })),
  ];
  const shown = all.slice(0, all.length > ANNOTATIONS_MAX ? ANNOTATIONS_MAX - 1 : ANNOTATIONS_MAX);
  const rest = all.length - shown.length;
  return [
    ...shown.map(({ title, text, file }) => command(title, text, file)),
    ...(rest > 0 ? [command(`${rest} more failures`, "The summary of the step has them all.")] : []),
  ].join("");
}

function failedRegressions({ corpus }: ExploreReport): readonly CorpusResult[] {
  return corpus.results.filter(result => !holds(result));
}

const UNSEEN = "It was demanded to happen at least once, and no case has seen it.";

function wordsOf(failure: FoundFailure): string {
  const faults = failure.plan.slice(0, 6).map(fault => `  ${sayFault(fault)}`);
  return [failure.message.split("\n").slice(0, 4).join("\n"), ...faults, `again: ${failure.replay}`].join("\n");
}

/** Workflow commands: the rules for escaping stand in actions/toolkit, packages/core/src/command.ts. */
function command(title: string, text: string, file?: string): string {
  const properties = [...(file === undefined ? [] : [`file=${property(file)}`]), `title=${property(title)}`];
  return `::error ${properties.join(",")}::${data(text)}\n`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

export function summaryOf(report: ExploreReport): string {
  const kinds = ["passed", "violated", "stuck", "broken", "vacuous", "exhausted"] as const;
  const rows = report.failures.map(
    ({ signature, scenario, hits, planLength, replay }) =>
      `| ${cell(signature)} | ${cell(scenario)} | ${hits} | ${planLength} | \`${cell(replay)}\` |`,
  );
  const failedAgain = failedRegressions(report);
  const others = notTolerated(report);
  const failed = rows.length + failedAgain.length + report.unseen.length + others.length;
  return [
    `### Millrace: ${failed === 0 ? "all claims held" : `${failed} ${failed === 1 ? "failure" : "failures"}`}`,
    "",
    `| cases | ${kinds.join(" | ")} |`,
    `| --: | ${kinds.map(() => "--:").join(" | ")} |`,
    `| ${report.runs} | ${kinds.map(kind => report[kind]).join(" | ")} |`,
    "",
    ...(rows.length === 0
      ? [missedBound(Math.max(1, report.passed))]
      : ["| failure | scenario | hits | faults | again |", "| --- | --- | --: | --: | --- |", ...rows]),
    ...failedAgain.map(({ file, outcome }) => `- regression ${outcome}: \`npx millrace replay ${file}\``),
    ...report.unseen.map(id => `- \`${id}\`: ${UNSEEN}`),
    ...others.map(({ kind, text }) => `- ${kind}: ${text}`),
    ...report.notJudged.map(one => `- not judged: ${cell(sayUnjudged(one))}`),
    "",
    `Seed \`${report.seed}\`, digest \`${report.digest}\`, ${report.runsPerSecond.toFixed(1)} cases/s.`,
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

const ANNOTATIONS_MAX = 10;
