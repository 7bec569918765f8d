import { Command } from "commander";
import { profiles } from "../explore/profile.ts";
import { oneOf, wholeNumber } from "./option-values.ts";
import type { ReplayFlags } from "./replay-target.ts";

export function replayCommand(): Command {
  return new Command("replay")
    .description("Play a failure again, or one case of a campaign by its seed and index.")
    .argument("<target>", "a failure file, its id, or a scenario together with --seed and --case")
    .option("--seed <text>", "the campaign's seed")
    .option("--case <index>", "the case's index in the campaign", wholeNumber(0))
    .option("--profile <name>", "the campaign's --profile, if it had one", oneOf(profiles))
    .option("--record", "write the whole journal beside the failure file, as journal.jsonl")
    .option("--format <names>", "with --record: jsonl, chrome, shiviz; several with commas")
    .option("--inspect", "wait for a debugger; sources are mapped")
    .option("--at <event>", "with --inspect: stop there; a number of journal.jsonl, or checkpoint.complete:3")
    .option("--any-version", "play a failure file of another version all the same")
    .option("--mutant <name>", "plant this bug; `none` plays without the one that the file names")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
Exit codes: 0 passes now · 1 reproduced, or fails differently · 2 stale or bad input · 3 broken

Examples:
  $ millrace replay reports/failures/payments-under-storm-1a2b3c4d/case.json
  $ millrace replay payments-under-storm-1a2b3c4d --record --format jsonl,chrome
  $ millrace replay payments-under-storm-1a2b3c4d --inspect --at checkpoint.complete:3
  $ millrace replay payments-under-storm --seed a --case 17`,
    )
    .action(async (target: string, flags: ReplayFlags) => {
      const { replayTarget } = await import("./replay-target.ts");
      process.exitCode = await replayTarget(target, flags);
    });
}
