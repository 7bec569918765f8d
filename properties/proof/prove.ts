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

function parse(args: readonly string[]): ProveFlags & { readonly list: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      time: { type: "string" },
      only: { type: "string" },
      again: { type: "boolean", default: false },
      timed: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
    },
  });
  return { ...values, only: values.only, time: values.time === undefined ? undefined : duration(values.time) };
}

const flags = flagsOf(process.argv.slice(2));
if (flags === undefined) process.exitCode = 2;
else if (flags.list)
  for (const { id, issue, what } of allProofs) process.stdout.write(`${id.padEnd(42)} issue ${issue}: ${what}\n`);
else process.exitCode = await prove(flags);
