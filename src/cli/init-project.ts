import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { Misuse } from "../explore/misuse.ts";
import { packageVersion } from "./package-version.ts";
import { shown } from "./session.ts";
import { writeResult } from "./results.ts";

/**
 * `millrace init`: writes the files of a new project, which lie as they are in new-project/; the exit code. Nothing is ever
 * overwritten: when one of the files is there already, none is written.
 */
export function initProject(dir: string): number {
  const folder = resolve(dir);
  const files = projectFiles();
  const there = files.filter(({ path }) => existsSync(join(folder, path))).map(({ path }) => path);
  if (there.length > 0) {
    throw new Misuse(
      `${shown(folder)} has ${there.join(", ")} already, and nothing is overwritten. Name an empty or a new folder: \`millrace init shop\`.`,
    );
  }
  const words: Readonly<Record<string, string>> = { name: packageNameOf(folder), millrace: dependency() };
  for (const { path, text } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole),
    );
    writeResult(`${shown(file)}\n`);
  }
  const enter = folder === process.cwd() ? "" : `cd ${shellWord(shown(folder))} && `;
  process.stderr.write(`\nNow: ${enter}npm install && npm test\n`);
  return 0;
}

/** As somebody can paste it: a name with a space is one word, and one that begins with a dash no flag. */
function shellWord(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./@~+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

interface ProjectFile {
  readonly path: string;
  readonly text: string;
}

/** Names that npm or a test runner would take for its own in our package end in `.template` there. */
const placeOf: Readonly<Record<string, string>> = {
  "gitignore.template": ".gitignore",
  "workflow.yml.template": ".github/workflows/millrace.yml",
};

function projectFiles(): readonly ProjectFile[] {
  const from = join(packageRoot(), "src/cli/new-project");
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(from.length + 1))
    .sort()
    .map(path => ({
      path: placeOf[path] ?? path.replace(/\.template$/, ""),
      text: readFileSync(join(from, path), "utf8"),
    }));
}

/** npm's rules for names: lower case, no spaces, no leading dot or underscore, none of its own. */
function packageNameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, "-")
    .replace(/^[._-]+/, "");
  return name === "" || name === "node_modules" ? "millrace-project" : name;
}

/** The project depends on what made it: the tarball or folder that npm has installed us from, else this version. */
function dependency(): string {
  const root = packageRoot();
  const lock = join(dirname(root), ".package-lock.json");
  // A checkout, not an installed package.
  if (basename(dirname(root)) !== "node_modules") return `file:${root}`;
  if (!existsSync(lock)) return `^${packageVersion()}`;
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as {
    readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>;
  };
  const resolved = packages?.["node_modules/millrace"]?.resolved ?? "";
  return resolved.startsWith("file:")
    ? `file:${resolve(dirname(root), "..", resolved.slice("file:".length))}`
    : `^${packageVersion()}`;
}

function packageRoot(): string {
  return dirname(createRequire(import.meta.url).resolve("millrace/package.json"));
}
