import { Command } from "commander";
import { listedThings, type ListedThing } from "./listed-thing.ts";
import { oneOf } from "./option-values.ts";

export function listCommand(): Command {
  return new Command("list")
    .description("Scenarios with their why, jobs, claims, faults, mutants.")
    .argument("[what]", `only one of them: ${listedThings.join(", ")}`, oneOf(listedThings))
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace list
  $ millrace list faults
  $ millrace list claims --json`,
    )
    .action(async (what: ListedThing | undefined, flags: { readonly json?: boolean }) => {
      const { listThings } = await import("./list-things.ts");
      process.exitCode = await listThings(what, flags);
    });
}
