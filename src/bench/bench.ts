import type { Bench, BenchOptions, BenchResult } from "./measurement.ts";

/**
 * The benchmarks: which there are, and running them. Each has a file of its own, loaded when it is run; how they measure
 * is in rounds.ts. Figures are for people and for `--baseline`: no test depends on one.
 */
interface BenchEntry {
  readonly name: string;
  /** What is done, in a few words. */
  readonly work: string;
  readonly load: () => Promise<Bench>;
}

const entries: readonly BenchEntry[] = [
  {
    name: "kernel",
    work: "1,000 timers that set themselves again, 1,000,000 events, against a bare typed-array heap",
    load: async () => (await import("./kernel-bench.ts")).kernelBench,
  },
  {
    name: "peers",
    work: "10,000 interleaved steps of 100 tasks: our agenda, fast-check's scheduler, fake timers",
    load: async () => (await import("./peers-bench.ts")).peersBench,
  },
  {
    name: "ring",
    work: "100,000 messages of 64 bytes around rings of 2, 8, 32 and 128 processes",
    load: async () => (await import("./network-bench.ts")).ringBench,
  },
  {
    name: "echo",
    work: "100,000 messages between one server and 1, 32 and 128 clients that wait for their answers",
    load: async () => (await import("./network-bench.ts")).echoBench,
  },
  {
    name: "disk",
    work: "10,000 files written, synced, renamed, their folder synced, and read back: ours against memfs alone",
    load: async () => (await import("./disk-bench.ts")).diskBench,
  },
  {
    name: "small-case",
    work: "50 records, 4 subtasks, one crash, every claim judged",
    load: async () => (await import("./case-bench.ts")).smallCaseBench,
  },
  {
    name: "standard-case",
    work: "500 records, 8 subtasks, 3 faults, every claim judged",
    load: async () => (await import("./case-bench.ts")).standardCaseBench,
  },
  {
    name: "shrink",
    work: "a bug of two faults among 40, from 20 starts: cases played and time until the case is 1-minimal",
    load: async () => (await import("./shrink-bench.ts")).shrinkBench,
  },
  {
    name: "storm-all",
    work: "the standard case under storms of all families of faults, against the same case without faults",
    load: async () => (await import("./storm-bench.ts")).stormBench,
  },
  {
    name: "soak",
    work: "10,000 small cases: resident memory at the end over that after 1,000",
    load: async () => (await import("./case-bench.ts")).soakBench,
  },
];

export function listBenches(): readonly { readonly name: string; readonly work: string }[] {
  return entries.map(({ name, work }) => ({ name, work }));
}

/** Runs the named benches, or all; an unknown name is a RangeError that lists the known ones. */
export async function runBenches(
  names: readonly string[] = entries.map(entry => entry.name),
  options: Partial<BenchOptions> = {},
): Promise<{ readonly benches: readonly BenchResult[] }> {
  const chosen = names.map(name => {
    const entry = entries.find(known => known.name === name);
    if (entry !== undefined) return entry;
    throw new RangeError(`There is no bench ${name}; there are ${entries.map(known => known.name).join(", ")}.`);
  });
  const benches: BenchResult[] = [];
  for (const entry of chosen) {
    const bench = await entry.load();
    benches.push(...(await bench.run({ rounds: options.rounds ?? 5 })));
  }
  return { benches };
}
