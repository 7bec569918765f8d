import { Command } from "commander";
import { benchCommand } from "./bench-command.ts";
import { checkCommand } from "./check-command.ts";
import { exploreCommand } from "./explore-command.ts";
import { initCommand } from "./init-command.ts";
import { keepCommand } from "./keep-command.ts";
import { listCommand } from "./list-command.ts";
import { packageVersion } from "./package-version.ts";
import { replayCommand } from "./replay-command.ts";
import { runCommand } from "./run-command.ts";
import { showCommand } from "./show-command.ts";
import { shrinkCommand } from "./shrink-command.ts";

/** All commands. A command's file holds its flags and examples; what it does is imported when it is called. */
export function buildProgram(): Command {
  const program = new Command("millrace")
    .description("Deterministic fault-injection testing for stateful stream processing.")
    .version(packageVersion(), "-v, --version", "print the version")
    .helpCommand("help [command]", "what a command does, with examples")
    .showSuggestionAfterError(true)
    .addHelpText(
      "after",
      examples(
        "millrace explore",
        "millrace explore payments-under-storm --runs 300 --seed a",
        "millrace replay reports/failures/<id>/case.json",
        "millrace list",
      ),
    );
  for (const command of [
    exploreCommand,
    replayCommand,
    showCommand,
    shrinkCommand,
    keepCommand,
    listCommand,
    checkCommand,
    initCommand,
    runCommand,
    benchCommand,
  ]) {
    program.addCommand(command().exitOverride().showSuggestionAfterError(true));
  }
  return program.exitOverride();
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map(line => `  $ ${line}`).join("\n")}`;
}
