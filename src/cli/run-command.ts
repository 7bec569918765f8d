import { Command } from "commander";
import { json, wholeNumber } from "./option-values.ts";
import type { RunFlags } from "./run-job.ts";

export function runCommand(): Command {
  return new Command("run")
    .description("Run a job for real on this machine: the same roles, over loopback TCP and the real disk.")
    .argument("<job>", "a bundled job's name, or a module that exports one")
    .option(
      "--dir <folder>",
      "where all roles keep their files; started again with it, the job goes on as it was begun",
      "millrace-data",
    )
    .option("--input <folder>", "one JSON-lines file for each topic: <topic>.jsonl")
    .option("--params <json>", "the job's parameters", json)
    .option("--parallelism <n>", "subtasks of each operator", wholeNumber(1), 2)
    .option("--workers <n>", "worker roles", wholeNumber(1), 2)
    .option("--job-managers <n>", "job manager roles: one leads, the others wait", wholeNumber(1), 1)
    .addHelpText(
      "after",
      `
Examples:
  $ millrace run word-count --dir /tmp/words --input ./lines
  $ millrace run jobs/mine.ts --params '{"minCents":100}' --dir /tmp/mine`,
    )
    .action(async (job: string, flags: RunFlags) => {
      const { runJob } = await import("./run-job.ts");
      process.exitCode = await runJob(job, flags);
    });
}
