import { Command, Option } from "commander";
import { duration } from "./option-values.ts";
import type { ShrinkFlags } from "./shrink-file.ts";

export function shrinkCommand(): Command {
  return new Command("shrink")
    .description("Make the case of a failure file smaller still; the result is a failure file of its own.")
    .argument("<file>", "a failure file or its id")
    .addOption(new Option("--budget <time>", "how long to search").argParser(duration).default(60_000, "60s"))
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace shrink reports/failures/payments-under-storm-1a2b3c4d/case.json
  $ millrace shrink payments-under-storm-1a2b3c4d --budget 5m`,
    )
    .action(async (file: string, flags: ShrinkFlags) => {
      const { shrinkFile } = await import("./shrink-file.ts");
      process.exitCode = await shrinkFile(file, flags);
    });
}
