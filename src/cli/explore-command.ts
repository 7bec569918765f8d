import { profiles } from "../explore/profile.ts";
import { Command, Option } from "commander";
import { duration, oneOf, shard, wholeNumber } from "./option-values.ts";
import type { ExploreFlags } from "./explore-campaign.ts";

export function exploreCommand(): Command {
  return new Command("explore")
    .description("Run cases of scenarios under storms of faults, and report what does not hold.")
    .argument("[targets...]", "scenario names, globs or files; default: all of the project, else the bundled ones")
    .option("--runs <n>", "how many cases (default: 1000, or as many as --time allows)", wholeNumber(1))
    .option("--time <time>", "stop after this time: 60s, 2m (default: 60s, none with --runs)", duration)
    .option("--seed <text>", "any text; the same seed plays the same cases (default: a random one, printed first)")
    .option("--jobs <n>", "processes that play cases (default: one for each core)", wholeNumber(1))
    .addOption(
      new Option("--strategy <name>", "what to play: portfolio (regressions, then storms), storm or corpus")
        .argParser(oneOf(["portfolio", "storm", "corpus"]))
        .default("portfolio"),
    )
    .option("--profile <name>", `how hard the storms blow: ${profiles.join(", ")}`, oneOf(profiles))
    .option("--shard <i/n>", "only this share of the cases", shard)
    .addOption(
      new Option("--standstill <time>", "end a case that does not give the thread back for so long")
        .argParser(duration)
        .default(60_000, "60s"),
    )
    .option("--bail", "stop at the first failure")
    .option("--last-failed", "play the failure files of earlier campaigns first")
    .option("--check-determinism", "play every case twice, not only a share of them")
    .option("--isolate", "import the job's modules anew for each life of a process, in every case")
    .option("--mutant <name>", "plant this bug first: it should be found")
    .option("--reporter <names>", "default, json, junit, github; several with commas")
    .option("--out <folder>", "where reports and failure files go (default: reports)")
    .option("--json", "print one JSON document")
    .option("--allow-exhausted", "a case that runs out of its budget does not fail the campaign")
    .option("--fail-on-vacuous", "a case in which no fault had an effect fails the campaign")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace explore                                  all scenarios, 60 s, a random seed
  $ millrace explore payments-under-storm --runs 300 --seed a
  $ millrace explore 'crash-*' --time 5m --jobs 2
  $ millrace explore scenarios/mine.ts --bail --json
  $ millrace explore --mutant sink.no-flush-before-ack`,
    )
    .action(async (targets: string[], flags: ExploreFlags) => {
      const { exploreCampaign } = await import("./explore-campaign.ts");
      process.exitCode = await exploreCampaign(targets, flags);
    });
}
