import { Command } from "commander";

export function checkCommand(): Command {
  return new Command("check")
    .description("Validate a scenario file or a failure file without playing it.")
    .argument("<file>", "a scenario file (.ts, .js) or a failure file (.json)")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace check scenarios/mine.ts
  $ millrace check reports/failures/payments-under-storm-1a2b3c4d/case.json`,
    )
    .action(async (file: string, flags: { readonly json?: boolean }) => {
      const { checkFile } = await import("./check-file.ts");
      process.exitCode = await checkFile(file, flags);
    });
}
