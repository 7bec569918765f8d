#!/usr/bin/env node
import { buildProgram } from "./program.ts";
import { outliveReaders } from "./results.ts";
import { exitCodeOf } from "./told-error.ts";

/** The command line. Everything heavy is loaded by the command that needs it, so that `--help` is there at once. */
outliveReaders();
try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error, text => process.stderr.write(text));
}
