import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { duration } from "../../src/cli/option-values.ts";
import { allProofs } from "./all-proofs.ts";
import { playProofs } from "./play-proofs.ts";
import { buildHash, readRecord, writeRecord } from "./proof-record.ts";

/** `npm run proof`: plays what is not yet proved of this build and says what became of it; the exit code. */
async function prove({ only, timed, again, time }: ProveFlags): Promise<number> {
  const asked = allProofs.filter(proof =>
    only === undefined ? timed || proof.timed !== true : proof.id.startsWith(only),
  );
  if (asked.length === 0) {
    say(`error: There is no proof whose id begins with "${only ?? ""}"; --list names them.`);
    return 2;
  }
  const startMs = performance.now();
  const record = readRecord(buildHash());
  // From here on the file speaks of this build and of no finished run.
  writeRecord(record);
  const { held, failed, left } = await playProofs(asked, {
    record,
    again,
    secondsLeft: () => (time === undefined ? Infinity : (time - (performance.now() - startMs)) / 1000),
    keep: writeRecord,
    say,
  });
  process.stdout.write(`${held} proofs held, ${failed} failed, ${left} left for another time\n`);
  return failed === 0 ? 0 : 1;
}

interface ProveFlags {
  readonly time: number | undefined;
  readonly only: string | undefined;
  readonly again: boolean;
  readonly timed: boolean;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function flagsOf(args: readonly string[]): ReturnType<typeof parse> | undefined {
  try {
    return parse(args);
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function parse(args: readonly string[]): ProveFlags & { readonly list: boolean; readonly help: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      time: { type: "string" },
      only: { type: "string" },
      again: { type: "boolean", default: false },
      timed: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return { ...values, only: values.only, time: values.time === undefined ? undefined : duration(values.time) };
}

const help = `Usage: npm run proof -- [options]

Plays what is not yet proved of this build, and writes the figures to reports/proof.json after each proof. Stop it when
you like: it goes on where it was.

Options:
  --list          what there is to prove, and nothing more
  --only <start>  those whose id begins so
  --time <time>   begin none that would not be over by then, such as 540s or 2h
  --timed         those that measure time, too: on a quiet machine
  --again         also what is proved already
  --help

Exit codes: 0 all that was played held · 1 something did not · 2 bad input

Examples:
  $ npm run proof
  $ npm run proof -- --only bug/sink. --time 10m
  $ npm run proof -- --only storms/ --again
`;

const flags = flagsOf(process.argv.slice(2));
if (flags === undefined) process.exitCode = 2;
else if (flags.help) process.stdout.write(help);
else if (flags.list)
  for (const { id, issue, what } of allProofs) process.stdout.write(`${id.padEnd(42)} issue ${issue}: ${what}\n`);
else process.exitCode = await prove(flags);
