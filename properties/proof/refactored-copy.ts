import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { NotHeld } from "./proof.ts";

/**
 * A copy of the built package whose runtime was refactored by script: functions renamed, files moved, delays added. It owns
 * the changes; what still holds afterwards is refactoring.ts. The planted bugs of the copy follow its names and places.
 */
export function refactoredCopy(folder: string): Refactored {
  for (const part of ["dist", "scenarios", "package.json"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  const dist = join(folder, "dist");
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter(file => file.endsWith(".js"));
  const names = functionNames(dist, files);
  for (const file of files) rewrite(join(dist, file), text => renamed(text, names));
  for (const [file, find, replace] of delays) rewriteOnce(join(folder, file), find, replace);
  moveFiles(folder, files);
  return {
    command: join(dist, "src/cli/millrace.js"),
    functions: names.length,
    files: moves.size,
    delays: delays.length,
  };
}

export interface Refactored {
  /** Its command line. */
  readonly command: string;
  readonly functions: number;
  readonly files: number;
  readonly delays: number;
}

/** From the package's root. */
const moves: ReadonlyMap<string, string> = new Map([
  ["dist/src/runtime/task/barrier-aligner.js", "dist/src/runtime/task/alignment/aligner-of-barriers.js"],
  ["dist/src/runtime/task/input-gate.js", "dist/src/runtime/gates/gate.js"],
  ["dist/src/runtime/checkpoint/coordinator.js", "dist/src/runtime/checkpoint-coordinator.js"],
]);

/** A checkpoint begins 7 ms later than it did, and each of its files takes 3 ms longer. */
const delays: readonly (readonly [file: string, find: string, replace: string])[] = [
  ["dist/src/runtime/checkpoint/coordinator.js", "this.#host.timer(delayMs, ", "this.#host.timer(delayMs + 7, "],
  [
    "dist/src/runtime/checkpoint/storage.js",
    "await places.put(",
    "await pause(host, 3);\n            await places.put(",
  ],
];

/** Functions of the runtime that only Millrace itself calls, by names that are nowhere those of a property or a text. */
function functionNames(dist: string, files: readonly string[]): readonly string[] {
  const texts = files.map(file => readFileSync(join(dist, file), "utf8"));
  const found = texts.flatMap((text, index) =>
    /^src\/runtime\/(?!api|connectors)/.test(files[index]!)
      ? [...text.matchAll(/^(?:export )?(?:async )?function\*? (\w+)/gm)].map(match => match[1]!)
      : [],
  );
  const all = texts.join("\n");
  return [...new Set(found)].filter(
    name => /[a-z][A-Z]/.test(name) && !new RegExp(`[.#"'\`]${name}\\b|\\b${name}["':]|get ${name}\\b`).test(all),
  );
}

function renamed(text: string, names: readonly string[]): string {
  return text.replace(new RegExp(`(?<![\\w.$-])(${names.join("|")})(?![\\w$-])`, "g"), "$1Anew");
}

function moveFiles(folder: string, files: readonly string[]): void {
  const placeOf = (path: string) => moves.get(path) ?? path;
  for (const file of files) {
    const here = join("dist", file);
    rewrite(join(folder, here), text =>
      text
        .replace(/(from |import\()"(\.[^"]*\.js)"/g, (_, word: string, specifier: string) => {
          const target = placeOf(relative(folder, resolve(folder, dirname(here), specifier)));
          const path = relative(dirname(placeOf(here)), target);
          return `${word}"${path.startsWith(".") ? path : `./${path}`}"`;
        })
        .replace(/file: "([^"]*)"/g, (_, path: string) => `file: "${placeOf(path)}"`),
    );
  }
  for (const [from, to] of moves) {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    renameSync(join(folder, from), join(folder, to));
  }
}

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

function rewriteOnce(path: string, find: string, replace: string): void {
  rewrite(path, text => {
    if (text.split(find).length !== 2)
      throw new NotHeld(`"${find}" does not stand exactly once in ${path}: adapt the delays`);
    return text.replace(find, () => replace);
  });
}

const root = fileURLToPath(new URL("../..", import.meta.url));
