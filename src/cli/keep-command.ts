import { Command } from "commander";

export function keepCommand(): Command {
  return new Command("keep")
    .description("Make a failure a regression case: every campaign plays it first from now on.")
    .argument("<file>", "a failure file or its id")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace keep payments-under-storm-1a2b3c4d
  $ millrace keep reports/failures/payments-under-storm-1a2b3c4d/case.json`,
    )
    .action(async (file: string) => {
      const { keepFailure } = await import("./keep-failure.ts");
      process.exitCode = await keepFailure(file);
    });
}
