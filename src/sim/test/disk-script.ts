import fc from "fast-check";
import { DiskError, type Disk, type DiskFile, type OpenFlags } from "../../host/disk.ts";

/**
 * Random programs for a disk, and what they see: the two halves of the differential property. It owns generation and
 * playing; which disks are compared is the test's.
 *
 * Names are few and descriptors are reused, so that steps meet each other: of the steps of a typical script a sixth
 * fail, and that is wanted, since errors are compared as well.
 */
export type DiskStep = FileStep | NameStep | TogetherStep;

/**
 * Calls that nobody awaits one by one. Whatever order a disk gives them, the outcome is one: they only look, or they
 * write nothing but the same letter (even where they overlap or append), and close what they have written to.
 */
interface TogetherStep {
  readonly do: "together";
  readonly steps: readonly (FileStep | NameStep)[];
}

type FileStep =
  | { readonly do: "read"; readonly fd: number; readonly length: number; readonly position: number | null }
  | { readonly do: "write"; readonly fd: number; readonly text: string; readonly position: number | null }
  | { readonly do: "truncate"; readonly fd: number; readonly length: number }
  | { readonly do: "fstat" | "sync" | "close"; readonly fd: number };

type NameStep =
  | { readonly do: "open"; readonly path: string; readonly flags: OpenFlags }
  | { readonly do: "mkdir"; readonly path: string; readonly recursive: boolean }
  | { readonly do: "readdir" | "stat" | "unlink" | "rmdir" | "sync-directory"; readonly path: string }
  | { readonly do: "rm"; readonly path: string; readonly recursive: boolean; readonly force: boolean }
  | { readonly do: "rename"; readonly from: string; readonly to: string };

/** Plays a script and tells what each step gave: its result, or the code of its error. */
export async function playScript(
  disk: Disk,
  script: readonly DiskStep[],
  afterStep: () => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const files: DiskFile[] = [];
  const seen: string[] = [];
  for (const step of script) {
    try {
      seen.push(`${step.do}: ${JSON.stringify(await playStep(disk, files, step))}`);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      seen.push(`${step.do}: ${error.code}`);
    }
    await afterStep();
  }
  for (const file of files) await file.close();
  return [...seen, ...(await listTree(disk, "/"))];
}

async function playStep(disk: Disk, files: DiskFile[], step: DiskStep): Promise<unknown> {
  switch (step.do) {
    case "together":
      return Promise.all(step.steps.map(one => outcomeOf(playStep(disk, files, one))));
    case "open":
      files.push(await disk.open(step.path, step.flags));
      return files.length;
    case "mkdir":
      return disk.mkdir(step.path, { recursive: step.recursive });
    case "readdir":
      return disk.readdir(step.path);
    case "stat":
      return disk.stat(step.path);
    case "unlink":
      return disk.unlink(step.path);
    case "rmdir":
      return disk.rmdir(step.path);
    case "sync-directory":
      return disk.syncDirectory(step.path);
    case "rm":
      return disk.rm(step.path, { recursive: step.recursive, force: step.force });
    case "rename":
      return disk.rename(step.from, step.to);
    case "read":
    case "write":
    case "truncate":
    case "fstat":
    case "sync":
    case "close":
      return playFileStep(files[step.fd % Math.max(1, files.length)], step);
  }
}

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return error.code;
  }
}

async function playFileStep(file: DiskFile | undefined, step: FileStep): Promise<unknown> {
  if (file === undefined) return "nothing is open";
  switch (step.do) {
    case "read": {
      const into = new Uint8Array(step.length);
      const { bytesRead } = await file.read(into, 0, step.length, step.position);
      return [...into.subarray(0, bytesRead)];
    }
    case "write": {
      const bytes = new TextEncoder().encode(step.text);
      return (await file.write(bytes, 0, bytes.length, step.position)).bytesWritten;
    }
    case "truncate":
      return file.truncate(step.length);
    case "fstat":
      return file.stat();
    case "sync":
      return file.sync();
    case "close":
      return file.close();
  }
}

/** All names below a folder, with kind and size, in order. */
async function listTree(disk: Disk, folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await disk.readdir(folder)) {
    const path = folder === "/" ? `/${name}` : `${folder}/${name}`;
    const { kind, size } = await disk.stat(path);
    lines.push(`${path} ${kind} ${size}`);
    if (kind === "directory") lines.push(...(await listTree(disk, path)));
  }
  return lines;
}

const name = fc.constantFrom("a", "b", "c");
const path = fc.array(name, { minLength: 1, maxLength: 3, size: "max" }).map(names => `/${names.join("/")}`);
const fd = fc.nat({ max: 5 });
const position = fc.option(fc.nat({ max: 40 }), { nil: null });
const flags = fc.constantFrom<OpenFlags[]>("r", "r+", "w", "wx", "w+", "wx+", "a", "ax", "a+", "ax+");

const step: fc.Arbitrary<DiskStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("open" as const), path, flags }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      fd,
      text: fc.string({ minLength: 1, maxLength: 12 }),
      position,
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("read" as const), fd, length: fc.nat({ max: 30 }), position }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("truncate" as const), fd, length: fc.nat({ max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("fstat" as const, "sync" as const, "close" as const), fd }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("mkdir" as const), path, recursive: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("rename" as const), from: path, to: path }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "readdir" as const,
        "stat" as const,
        "unlink" as const,
        "rmdir" as const,
        "sync-directory" as const,
      ),
      path,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("rm" as const), path, recursive: fc.boolean(), force: fc.boolean() }),
  },
);

const looking: fc.Arbitrary<FileStep | NameStep> = fc.oneof(
  fc.record({
    do: fc.constant("read" as const),
    fd,
    length: fc.nat({ max: 30 }),
    position: fc.nat({ max: 40 }),
  }),
  fc.record({ do: fc.constantFrom("fstat" as const, "sync" as const), fd }),
  fc.record({ do: fc.constantFrom("readdir" as const, "stat" as const, "sync-directory" as const), path }),
);

/**
 * Through one descriptor, and all at its offset or none: where one appends and another overwrites, or moves the offset,
 * their order shows.
 */
const writing: fc.Arbitrary<FileStep[]> = fc
  .record({
    fd,
    writes: fc.array(fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 40 })), { minLength: 2, maxLength: 7 }),
    placed: fc.boolean(),
    closed: fc.boolean(),
  })
  .map(group => [
    ...group.writes.map(([length, at]): FileStep => {
      return { do: "write", fd: group.fd, text: "x".repeat(length), position: group.placed ? at : null };
    }),
    ...(group.closed ? [{ do: "close" as const, fd: group.fd }] : []),
  ]);

const together: fc.Arbitrary<DiskStep> = fc
  .oneof(fc.array(looking, { minLength: 2, maxLength: 7 }), writing)
  .map(steps => ({ do: "together", steps }));

/** Calls of a script, those that are made together counted one by one. */
export function callsIn(script: readonly DiskStep[]): number {
  return script.reduce((sum, one) => sum + (one.do === "together" ? one.steps.length : 1), 0);
}

/** How many descriptors were open at the same time, at most; `seen` is what playing the script has told. */
export function openedBy(script: readonly DiskStep[], seen: readonly string[]): number {
  const open: boolean[] = [];
  let most = 0;
  for (const [i, step] of script.entries()) {
    for (const one of step.do === "together" ? step.steps : [step]) {
      if (one.do === "open" && /^open: \d+$/.test(seen[i]!)) open.push(true);
      if (one.do === "close" && open.length > 0) open[one.fd % open.length] = false;
    }
    most = Math.max(most, open.filter(Boolean).length);
  }
  return most;
}

/**
 * Also with calls that overlap; {@link diskScript} has one call after the other. Two files are open from the start, since
 * of the opens that follow most fail.
 */
export const overlappingScript = fc
  .array(fc.oneof({ weight: 12, arbitrary: step }, { weight: 1, arbitrary: together }), {
    minLength: 1,
    maxLength: 60,
    size: "max",
  })
  .map((steps): DiskStep[] => [
    { do: "open", path: "/a", flags: "w+" },
    { do: "open", path: "/b", flags: "a+" },
    ...steps,
  ]);

export const diskScript = fc.array(step, { minLength: 1, maxLength: 60, size: "max" });
