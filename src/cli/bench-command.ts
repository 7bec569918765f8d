import { Command } from "commander";

export function benchCommand(): Command {
  return new Command("bench")
    .description("Measure the kernel, the simulated devices and whole cases on this machine.")
    .argument("[names...]", "only these benches; `millrace bench --list` names them")
    .option("--list", "print the names")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
Examples:
  $ millrace bench
  $ millrace bench kernel ring --json`,
    )
    .action(async (names: string[], flags: { readonly list?: boolean; readonly json?: boolean }) => {
      const { benchNames } = await import("./bench-names.ts");
      process.exitCode = await benchNames(names, flags);
    });
}
