import { Command } from "commander";

export function initCommand(): Command {
  return new Command("init")
    .description("Make a new project: a job, an own sink as a service, scenarios, a property, a CI workflow.")
    .argument("[dir]", "where; made when it does not exist", ".")
    .option("--yes", "ask nothing; nothing is asked as yet")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace init shop
  $ cd shop && npm install && npm test`,
    )
    .action(async (folder: string) => {
      const { initProject } = await import("./init-project.ts");
      process.exitCode = initProject(folder);
    });
}
