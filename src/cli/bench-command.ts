import { Command } from "commander";
import type { BenchFlags } from "./bench-names.ts";

export function benchCommand(): Command {
  return new Command("bench")
    .description("Measure the kernel, the simulated devices and whole cases on this machine.")
    .argument("[names...]", "only these benches; `millrace bench --list` names them")
    .option("--list", "print the names")
    .option("--json", "print one JSON document")
    .option("--baseline <file>", "what --json printed earlier, to be compared with")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace bench
  $ millrace bench kernel ring --json > before.json
  $ millrace bench kernel ring --baseline before.json`,
    )
    .action(async (names: string[], flags: BenchFlags) => {
      const { benchNames } = await import("./bench-names.ts");
      process.exitCode = await benchNames(names, flags);
    });
}
