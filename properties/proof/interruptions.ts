import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { millrace, type Ended } from "../../src/cli/testing/built-command.ts";
import { addsUp, documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, NotHeld, type Proof } from "./proof.ts";

/** Ctrl-C at a random moment of `explore --jobs 2`, again and again: what there was is written, whole. */
export const interruptions: Proof = {
  id: "interrupted",
  issue: 3,
  what: "`explore --jobs 2`, interrupted at 50 random moments, each time reports what there was, whole.",
  secondsAbout: 240,
  run: ({ path }) => interruptedOften(50, path),
};

/** SIGKILL of a worker process at a random moment: its own case is lost and reported, and no other. */
export const workerDeaths: Proof = {
  id: "worker-killed",
  issue: 3,
  what: "A worker process killed at 50 random moments loses its own case and no other, and the campaign ends by itself.",
  secondsAbout: 480,
  run: ({ path }) => workerKilledOften(50, path),
};

/**
 * The real world is random here on purpose: a moment that breaks it is to be found. Moments are spread over twice the time
 * that four cases take on this machine, and what was played by then must be what an undisturbed campaign of as many cases is.
 */
export async function interruptedOften(times: number, path: string): ReturnType<Proof["run"]> {
  const args = ["explore", "words-under-storm", "--seed", "i", "--json", "--out", path];
  const four = documentOf<ExploreDocument>(await millrace([...args, "--runs", "4", "--jobs", "2"], path));
  const digests = new Map<number, string>([[4, four.digest]]);
  const counts: number[] = [];
  for (let i = 0; i < times; i++) {
    const ended = await millrace([...args, "--time", "10m", "--jobs", "2"], path, child => {
      onceSpoken(child, () => setTimeout(() => child.kill("SIGINT"), Math.random() * 2 * four.wallMs));
    });
    if (ended.code !== 130) throw notWhole(`interruption ${i} ended with exit code ${ended.code}`, ended);
    const report = documentOf<ExploreDocument>(ended);
    const kept = JSON.parse(readFileSync(join(path, "explore.json"), "utf8")) as ExploreDocument;
    if (report.ended !== "interrupted" || !addsUp(report) || kept.digest !== report.digest)
      throw notWhole(`interruption ${i} left a report that is not whole`, ended);
    const known = digests.get(report.runs);
    if (known !== undefined && known !== report.digest)
      throw notWhole(`interruption ${i} changed the digest of ${report.runs} cases`, ended);
    digests.set(report.runs, report.digest);
    counts.push(report.runs);
  }
  const most = Math.max(...counts);
  const undisturbed = await millrace([...args, "--runs", String(Math.max(1, most)), "--jobs", "1"], path);
  const casesPlayed = counts.reduce((sum, count) => sum + count, 0);
  return hold(
    {
      // Of a few moments all may fall before the first case.
      "cases were played by then": times < 10 || casesPlayed >= times,
      "the digest is that of an undisturbed campaign":
        most === 0 || documentOf<ExploreDocument>(undisturbed).digest === digests.get(most),
    },
    {
      interruptions: times,
      casesPlayed,
      casesMost: most,
      interruptedBeforeTheFirst: counts.filter(n => n === 0).length,
    },
  );
}

export async function workerKilledOften(times: number, path: string, runs = 12): ReturnType<Proof["run"]> {
  const args = ["explore", "words-under-storm", "--runs", String(runs), "--seed", "a", "--json", "--out", path];
  const undisturbed = documentOf<ExploreDocument>(await millrace([...args, "--jobs", "1"], path));
  const two = documentOf<ExploreDocument>(await millrace([...args, "--jobs", "2"], path));
  hold({ "two jobs give the digest of one": two.digest === undisturbed.digest }, {});
  let lost = 0;
  for (let i = 0; i < times; i++) {
    const ended = await millrace([...args, "--jobs", "2"], path, child => {
      onceSpoken(child, () => setTimeout(() => killOneWorker(child), Math.random() * Math.max(500, two.wallMs)));
    });
    const report = documentOf<ExploreDocument>(ended);
    if (report.runs !== runs || !addsUp(report) || report.ended !== "all-played")
      throw notWhole(`after death ${i} the campaign played ${report.runs} of ${runs} cases`, ended);
    const mine = report.broken - undisturbed.broken;
    if (mine > 1) throw notWhole(`death ${i} lost ${mine} cases`, ended);
    if (mine === 0 && report.digest !== undisturbed.digest) throw notWhole(`death ${i} changed the digest`, ended);
    lost += mine;
  }
  // A worker that is killed before its first case or after its last one loses none.
  return { deaths: times, casesLost: lost, digest: undisturbed.digest };
}

function onceSpoken(child: ChildProcess, then: () => void): void {
  child.stderr?.once("data", then);
}

/** Linux names the children of a process. A campaign that has just ended has none. */
function killOneWorker(parent: ChildProcess): void {
  if (parent.exitCode !== null || parent.signalCode !== null) return;
  const workers = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").trim().split(" ").map(Number);
  const victim = workers[Math.floor(Math.random() * workers.length)];
  if (victim !== undefined && victim > 1) process.kill(victim, "SIGKILL");
}

function notWhole(sentence: string, { out, err }: Ended): NotHeld {
  return new NotHeld(`${sentence}: ${err.trim().slice(-600)}`, { output: out.slice(0, 600) });
}
