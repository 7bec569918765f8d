import { join } from "node:path";
import { allMutants } from "../mutants/all-mutants.ts";
import { millrace, program } from "../../src/cli/testing/built-command.ts";
import { documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, NotHeld, type Figures, type Proof } from "./proof.ts";
import { refactoredCopy } from "./refactored-copy.ts";

/** Failure files outlive the code: they are written before a refactoring of the runtime and replayed after it. */
export const refactoring: Proof = {
  id: "refactoring",
  issue: 3,
  what: "After functions were renamed, files moved and delays added, each failure file from before reproduces or says which anchor is stale.",
  secondsAbout: 420,
  run: ({ path }) => replayedAfterwards(bugs, path),
};

/** Of each family one or two that are found soon. */
const bugs = [
  "ba.process-behind-barrier",
  "cc.complete-before-store",
  "ha.counter-lost",
  "src.commit-last-instead-of-next",
  "sink.no-flush-before-ack",
  "sink.swallow-commit-error",
  "sink.timeout-means-aborted",
  "sink.abort-only-known",
  "cc.epoch-gap-on-recovery",
];

export async function replayedAfterwards(names: readonly string[], path: string): Promise<Figures> {
  const known = allMutants.filter(({ name }) => names.includes(name));
  const files: { readonly name: string; readonly file: string }[] = [];
  for (const { name } of known) {
    const hunt = ["explore", "--mutant", name, "--runs", "400", "--seed", "b", "--bail", "--json", "--out", path];
    const [failure] = documentOf<ExploreDocument>(await millrace(hunt, path)).failures;
    if (failure === undefined) throw new NotHeld(`${name} is not found`);
    files.push({ name, file: failure.file });
  }
  const copy = refactoredCopy(join(path, "refactored"));
  const outcomes: Record<string, string> = {};
  for (const { name, file } of files) {
    const before = documentOf<ReplayDocument>(await millrace(["replay", file, "--json"], path));
    const after = documentOf<ReplayDocument>(
      await program(process.execPath, [copy.command, "replay", file, "--json"], path),
    );
    const anchors = after.outcome === "stale" ? `: ${after.staleAnchors.join(", ")}` : "";
    outcomes[name] = `${before.outcome}, then ${after.outcome}${anchors}`;
  }
  const count = (word: string) => Object.values(outcomes).filter(outcome => outcome.includes(`then ${word}`)).length;
  const figures = {
    renamedFunctions: copy.functions,
    movedFiles: copy.files,
    addedDelays: copy.delays,
    files: files.length,
    reproduced: count("reproduced"),
    stale: count("stale"),
    outcomes,
  };
  return hold(
    {
      "each reproduces or names its stale anchor": figures.reproduced + figures.stale === files.length,
      "most reproduce": figures.reproduced * 2 > files.length,
    },
    figures,
  );
}

interface ReplayDocument {
  readonly outcome: string;
  readonly staleAnchors: readonly string[];
}
