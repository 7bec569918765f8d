import { holds } from "../explore/corpus.ts";
import type { FoundFailure } from "../explore/failure-recorder.ts";
import { sayFault } from "../explore/story.ts";
import { notTolerated, type ExploreReport } from "./explore-report.ts";
import type { Reporter } from "./reporter.ts";

/**
 * For build servers: one XML document with a test case for each scenario, and one more for each failure beyond its first,
 * each regression, each claim that nothing has seen, and each kind of case that fails a campaign without a broken claim.
 */
export function junitReporter(write: (text: string) => void): Reporter {
  return { end: report => write(junitText(report)) };
}

export function junitText(report: ExploreReport): string {
  const cases = report.scenarios.flatMap(scenario => {
    const failures = report.failures.filter(failure => failure.scenario === scenario);
    return failures.length === 0
      ? [testCase(scenario, scenario)]
      : failures.map(failure => failedCase(scenario, failure));
  });
  const regressions = report.corpus.results.map(({ file, scenario, outcome, signature }) =>
    holds({ outcome })
      ? testCase("regressions", file)
      : testCase(
          "regressions",
          file,
          `<failure message=${attribute(`${signature} ${outcome}`)} type=${attribute(scenario)}/>`,
        ),
  );
  const unseen = report.unseen.map(id =>
    testCase("claims", id, `<failure message="no case has seen it" type=${attribute(id)}/>`),
  );
  const others = notTolerated(report).map(({ kind, text }) =>
    testCase("cases", kind, `<failure message=${attribute(text)} type=${attribute(kind)}/>`),
  );
  const all = [...cases, ...regressions, ...unseen, ...others];
  const failed = all.filter(text => text.includes("<failure")).length;
  const seconds = (report.wallMs / 1000).toFixed(3);
  const counts = `tests="${all.length}" failures="${failed}" errors="0" skipped="0" time="${seconds}"`;
  const properties = Object.entries({ seed: report.seed, digest: report.digest, cases: report.runs }).map(
    ([name, value]) => `      <property name=${attribute(name)} value=${attribute(String(value))}/>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="millrace" ${counts}>`,
    `  <testsuite name="millrace explore" ${counts}>`,
    "    <properties>",
    ...properties,
    "    </properties>",
    ...all.map(text => `    ${text}`),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function failedCase(scenario: string, failure: FoundFailure): string {
  const text = [
    failure.message,
    ...failure.plan.map(fault => `  ${sayFault(fault)}`),
    `seed ${failure.seed}, case ${failure.case}, hit ${failure.hits} times`,
    `again: ${failure.replay}`,
  ].join("\n");
  const message = `${failure.signature}: ${failure.message.split("\n", 1)[0]!}`;
  return testCase(
    scenario,
    `${scenario} ${failure.signature}`,
    `<failure message=${attribute(message)} type=${attribute(failure.claim)}>${escaped(text)}</failure>`,
  );
}

function testCase(className: string, name: string, inner = ""): string {
  const head = `<testcase classname=${attribute(className)} name=${attribute(name)}`;
  return inner === "" ? `${head}/>` : `${head}>${inner}</testcase>`;
}

function attribute(text: string): string {
  return `"${escaped(text).replaceAll("\n", "&#10;")}"`;
}

/** XML 1.0 has no way to write most control characters: they become the replacement character. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
