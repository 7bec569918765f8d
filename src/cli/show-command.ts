import { Command } from "commander";
import { profiles } from "../explore/profile.ts";
import { oneOf, wholeNumber } from "./option-values.ts";
import type { ShowFlags } from "./show-recording.ts";

export function showCommand(): Command {
  return new Command("show")
    .description("Record a failure, or one case of a campaign, for a viewer; prints the paths of the files.")
    .argument("<target>", "a failure file, its id, or a scenario together with --seed and --case")
    .option("--format <names>", "chrome, shiviz, jsonl; several with commas", "chrome")
    .option("--seed <text>", "the campaign's seed")
    .option("--case <index>", "the case's index in the campaign", wholeNumber(0))
    .option("--profile <name>", "the campaign's --profile, if it had one", oneOf(profiles))
    .option("--any-version", "play a failure file of another version all the same")
    .addHelpText(
      "after",
      `
Formats: chrome (trace.json, for chrome://tracing or ui.perfetto.dev) · shiviz (shiviz.log) · jsonl (journal.jsonl)

Examples:
  $ millrace show payments-under-storm-1a2b3c4d
  $ millrace show payments-under-storm --seed a --case 17 --format chrome,shiviz`,
    )
    .action(async (target: string, flags: ShowFlags) => {
      const { showRecording } = await import("./show-recording.ts");
      process.exitCode = await showRecording(target, flags);
    });
}
