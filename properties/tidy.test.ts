import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { allMutants } from "../src/explore/mutant/mutant-catalog.ts";
import { builtInOracles } from "../src/oracles/suite.ts";
import { faultKinds } from "../src/world/fault.ts";
import { faultCatalogue } from "../src/world/faults/fault-catalogue.ts";

/**
 * The house rules of architecture.md and style.md that a machine can check: who imports whom, no circles, names, and
 * what the deterministic folders must not touch. Each test lists its offenders.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const everything = [
  "kernel",
  "host",
  "host/node",
  "sim",
  "rpc",
  "services",
  "runtime",
  "roles",
  "world",
  "oracles",
  "explore",
  "report",
  "bench",
];

/** Folder → folders of ours that its files may import. Type-only imports count. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  host: [],
  "host/node": ["host"],
  sim: ["kernel", "host"],
  rpc: ["host"],
  services: ["host", "rpc"],
  runtime: ["host", "rpc"],
  "runtime/connectors": ["host", "rpc", "runtime", "services"],
  "runtime/checkpoint": ["host", "rpc", "runtime", "services"],
  "runtime/cluster": ["host", "rpc", "runtime", "services"],
  roles: ["host", "runtime", "services"],
  world: ["kernel", "host", "rpc", "sim", "roles", "runtime", "services"],
  oracles: ["kernel", "host", "rpc", "sim", "services", "runtime"],
  explore: ["kernel", "host", "runtime", "world", "oracles"],
  report: ["kernel", "world", "oracles", "explore"],
  bench: everything,
  cli: everything,
  vitest: everything,
};

/** Deterministic folders: time, chance and the environment reach them through the port alone. */
const fenced = ["kernel", "sim", "rpc", "services", "runtime", "roles", "world"];

const sources = filesBelow(join(root, "src")).map(parse);
const units = sources.filter(file => !file.path.endsWith(".test.ts"));

test("imports follow the arrows of architecture.md", () => {
  const offenders = units.flatMap(file =>
    file.imports.flatMap(target => {
      const from = houseOf(file.path);
      const to = houseOf(target);
      if (from === undefined || to === undefined || from === to) return [];
      const allowed = arrows[from] ?? [];
      return allowed.includes(to) || allowed.includes(to.split("/")[0]!) ? [] : [`${file.path} → ${target}`];
    }),
  );
  expect(offenders).toEqual([]);
});

test("no circle of imports", () => {
  const importsOf = new Map(units.map(file => [file.path, file.imports]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      circles.push([...trail.slice(start), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const target of importsOf.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const file of units) visit(file.path, []);
  expect(circles).toEqual([]);
});

test("files are named by a noun, in kebab-case", () => {
  const banned = ["util", "utils", "types", "common", "helper", "helpers", "misc"];
  const offenders = sources
    .map(file => file.path)
    .filter(path => {
      const name = basename(path).replace(/(\.test)?\.ts$/, "");
      return !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || banned.includes(name);
    });
  expect(offenders).toEqual([]);
});

test("no default exports, no enums, no any, no parameter properties", () => {
  const offenders: string[] = [];
  for (const file of sources) {
    walk(file.tree, node => {
      if (ts.isEnumDeclaration(node)) offenders.push(`${placeOf(file, node)}: enum`);
      if (ts.isExportAssignment(node)) offenders.push(`${placeOf(file, node)}: default export`);
      if (node.kind === ts.SyntaxKind.AnyKeyword) offenders.push(`${placeOf(file, node)}: any`);
      if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) {
        offenders.push(`${placeOf(file, node)}: parameter property`);
      }
    });
  }
  expect(offenders).toEqual([]);
});

test("the deterministic folders touch no clock, chance, timer or environment, and keep no module state", () => {
  const offenders: string[] = [];
  for (const file of units) {
    const house = houseOf(file.path);
    if (house === undefined || !fenced.includes(house.split("/")[0]!) || fenceOwners.test(file.path)) continue;
    walk(file.tree, node => {
      const banned = bannedGlobal(node);
      if (banned !== undefined) offenders.push(`${placeOf(file, node)}: ${banned}`);
    });
    for (const statement of file.tree.statements) {
      if (ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Const) === 0) {
        offenders.push(`${placeOf(file, statement)}: module-level let`);
      }
    }
  }
  expect(offenders).toEqual([]);
});

/**
 * V8 makes a function that is written straight into a property, and the accessors of an object literal, in the old
 * generation. Until that is collected they keep alive what they close over: for its collector of young objects, each
 * world that is over. A module's WeakMap does the same, and so do a class and a generator that are made anew in each call:
 * their maps are old. A variable of its own, a method or a class of the module keeps all of it young.
 */
test("what a world is made of leaves nothing in the old generation that holds the world", () => {
  const offenders: string[] = [];
  for (const file of units) {
    const house = houseOf(file.path)?.split("/")[0];
    if (house === undefined || ![...fenced, "oracles"].includes(house)) continue;
    if (/\/(testing|test)\//.test(file.path) || fenceOwners.test(file.path)) continue;
    walk(file.tree, node => {
      if (isTenured(node)) offenders.push(placeOf(file, node));
    });
  }
  expect(offenders).toEqual([]);
});

test("no TODO is left, and no file is larger than 400 lines without saying why", () => {
  const offenders = sources.flatMap(file => {
    const found: string[] = [];
    if (/\b(TODO|FIXME|XXX)\b/.test(file.text) && basename(file.path) !== "tidy.test.ts")
      found.push(`${file.path}: TODO`);
    const lines = file.text.split("\n").length;
    if (lines > 400 && !/(larger|longer) than (usual|400)/i.test(file.text.slice(0, 1500)))
      found.push(`${file.path}: ${lines} lines`);
    return found;
  });
  expect(offenders).toEqual([]);
});

const tests = [...filesBelow(join(root, "src")), ...filesBelow(join(root, "properties"))]
  .filter(path => path.endsWith(".test.ts"))
  .map(path => `${basename(path).toUpperCase()}\n${readFileSync(path, "utf8")}`);

test("each fault has the law test that it names", () => {
  const laws = faultCatalogue.filter(({ law }) => !tests.some(text => text.includes(law)));
  expect(laws.map(({ kind, law }) => `${kind}: ${law}`)).toEqual([]);
  expect(faultCatalogue.map(({ kind }) => kind).sort()).toEqual([...faultKinds].sort());
});

test("each claim is said in a sentence and has a test", () => {
  const untold = builtInOracles.filter(
    ({ id, sentence }) => sentence.length < 20 || !tests.some(text => text.includes(id)),
  );
  expect(untold.map(({ id }) => id)).toEqual([]);
});

test("each mutant says what it was and which of our claims catches it", async () => {
  const ids = new Set(builtInOracles.map(({ id }) => id));
  const mutants = await allMutants();
  const lost = mutants.filter(
    ({ why, claims }) => why.length < 20 || !claims.some(claim => ids.has(claim) || claim === "FO-5"),
  );
  expect(lost.map(({ name }) => name)).toEqual([]);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

/** The fence, the drain, the watch over real time and the test against real TCP handle these globals by profession. */
const fenceOwners = /^src\/(kernel\/(fence|drain|kernel|real-|testing\/)|sim\/test\/net-differential)/;

interface SourceText {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** Files of ours, relative to the root. */
  readonly imports: readonly string[];
}

function parse(path: string): SourceText {
  const text = readFileSync(path, "utf8");
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports = ts
    .preProcessFile(text, true, true)
    .importedFiles.map(imported => imported.fileName)
    .filter(name => name.startsWith("."))
    .map(name => relative(root, resolve(dirname(path), name)));
  return { path: relative(root, path), text, tree, imports: [...new Set(imports)] };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(".ts"))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

/** The folder whose arrows a file follows: the longest one that the table names. */
function houseOf(path: string): string | undefined {
  const parts = path.split("/");
  if (parts[0] !== "src" || parts.length < 3) return undefined;
  const two = `${parts[1]}/${parts[2]}`;
  return two in arrows ? two : parts[1];
}

function bannedGlobal(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const text = `${node.expression.getText()}.${node.name.text}`;
    if (text === "Math.random" || text === "process.env" || text === "performance.now") return text;
    if (node.name.text === "localeCompare") return "localeCompare";
  }
  if (ts.isIdentifier(node) && ["Date", "setTimeout", "setInterval", "setImmediate"].includes(node.text)) {
    const { parent } = node;
    const isValue =
      (ts.isCallExpression(parent) && parent.expression === node) ||
      (ts.isNewExpression(parent) && parent.expression === node) ||
      (ts.isPropertyAccessExpression(parent) && parent.expression === node);
    if (isValue) return node.text;
  }
  return undefined;
}

function isTenured(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === "WeakMap";
  if (ts.isAccessor(node)) return ts.isObjectLiteralExpression(node.parent);
  const isGenerator = ts.isFunctionLike(node) && "asteriskToken" in node && node.asteriskToken !== undefined;
  if (ts.isClassLike(node) || (isGenerator && !ts.isClassLike(node.parent))) return isMadeInAFunction(node);
  if (!ts.isBinaryExpression(node) || !assignments.has(node.operatorToken.kind)) return false;
  const intoProperty = ts.isPropertyAccessExpression(node.left) || ts.isElementAccessExpression(node.left);
  return intoProperty && (ts.isArrowFunction(node.right) || ts.isFunctionExpression(node.right));
}

const assignments: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
]);

function isMadeInAFunction({ parent }: ts.Node): boolean {
  if (ts.isSourceFile(parent)) return false;
  return ts.isFunctionLike(parent) || isMadeInAFunction(parent);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild(child => walk(child, visit));
}

function placeOf(file: SourceText, node: ts.Node): string {
  return `${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
