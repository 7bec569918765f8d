import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program, type Ended } from "../../src/cli/testing/built-command.ts";
import { documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, NotHeld, type Proof } from "./proof.ts";

/** A new user: a project from the packed tarball, its sink broken on purpose, found, replayed, kept, repaired. */
export const newProject: Proof = {
  id: "new-project",
  issue: 3,
  what: "A project made by `init` from the packed tarball passes its tests; a broken ledger is found, replayed, kept, and green again when repaired.",
  secondsAbout: 180,
  async run({ path }) {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const packed = await done(
      "npm pack",
      program("npm", ["pack", "--ignore-scripts", "--pack-destination", path], root),
    );
    const tarball = join(path, packed.out.trim().split("\n").at(-1)!);
    const shop = join(path, "shop");
    await done("init", program("npx", ["--yes", "--package", tarball, "millrace", "init", "shop"], path));
    await done("npm install", program("npm", ["install", "--no-audit", "--no-fund"], shop));
    const tests = await done("npm test", program("npm", ["test"], shop));
    await done("typecheck", program("npm", ["run", "typecheck"], shop));
    return hold(await lifeOfABug(shop), { testSeconds: Math.round(tests.wallMs / 100) / 10 });
  },
};

/** What the project's README tells to delete. */
const ANSWERS_WHEN_SYNCED = "JSON.stringify(line)}\\n`));\n  await file.sync();\n";
const ANSWERS_AT_ONCE = "JSON.stringify(line)}\\n`));\n";

async function lifeOfABug(shop: string): Promise<Readonly<Record<string, boolean>>> {
  const npx = (...args: string[]) => program("npx", ["millrace", ...args], shop);
  const service = join(shop, "ledger/ledger-service.ts");
  const whole = readFileSync(service, "utf8");
  const [before, after, ...others] = whole.split(ANSWERS_WHEN_SYNCED);
  if (before === undefined || after === undefined || others.length > 0)
    throw new NotHeld("the place where the README breaks the ledger is not there, or not once");
  writeFileSync(service, `${before}${ANSWERS_AT_ONCE}${after}`);
  const hunt = ["explore", "--runs", "40", "--seed", "a", "--bail", "--json"];
  const [failure] = documentOf<ExploreDocument>(await npx(...hunt)).failures;
  if (failure === undefined) throw new NotHeld("a ledger that answers before its disk has synced is not found");
  const broken = await npx("replay", failure.file);
  const repro = await program("npx", ["vitest", "run", join(failure.file, "..")], shop);
  await done("keep", npx("keep", failure.file));
  writeFileSync(service, whole);
  const repaired = await npx("replay", failure.file);
  const green = await program("npx", ["vitest", "run", join(failure.file, "..")], shop);
  const again = await npx("explore", "--runs", "10", "--seed", "a", "--json");
  return {
    "the failure reproduces": broken.code === 1,
    "its test is red": repro.code === 1,
    "it is kept": readdirSync(join(shop, "scenarios/regressions")).length === 1,
    "repaired, it passes": repaired.code === 0,
    "repaired, its test is green": green.code === 0,
    "repaired, a campaign with the kept case holds": again.code === 0,
  };
}

async function done(what: string, ending: Promise<Ended>): Promise<Ended> {
  const ended = await ending;
  if (ended.code === 0) return ended;
  throw new NotHeld(`${what} ended with ${ended.code}: ${`${ended.out}${ended.err}`.trim().slice(-1_000)}`);
}
