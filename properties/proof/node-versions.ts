import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtCommand, program } from "../../src/cli/testing/built-command.ts";
import { documentOf, type ExploreDocument } from "./explore-document.ts";
import { hold, NotHeld, type Figures, type Proof } from "./proof.ts";

/** The same case gives the same digest whatever Node plays it: 100 cases of each storm on each line of Node. */
export const nodeVersions: Proof = {
  id: "node-versions",
  issue: 3,
  what: "100 cases of each scenario with a storm have the same digest on Node 20, 22 and 24.",
  secondsAbout: 420,
  run: ({ path }) => sameOnAll(100, path),
};

export async function sameOnAll(runs: number, path: string): Promise<Figures> {
  const binaries = await fetchNodes(path);
  const digests: Record<string, Record<string, string>> = {};
  const differing: string[] = [];
  for (const scenario of await storms(path)) {
    const ofScenario: Record<string, string> = {};
    for (const [version, binary] of Object.entries(binaries)) {
      const args = ["explore", scenario, "--runs", String(runs), "--seed", "versions", "--json", "--out", path];
      const report = documentOf<ExploreDocument>(await program(binary, [builtCommand, ...args], path));
      if (report.runs !== runs)
        throw new NotHeld(`Node ${version} played ${report.runs} of ${runs} cases of ${scenario}`);
      ofScenario[version] = report.digest;
    }
    digests[scenario] = ofScenario;
    if (new Set(Object.values(ofScenario)).size > 1) differing.push(scenario);
  }
  const figures = { cases: runs, versions: Object.keys(binaries), digests };
  return hold({ [`the digests agree (they differ in ${differing.join(", ")})`]: differing.length === 0 }, figures);
}

async function storms(path: string): Promise<readonly string[]> {
  const ended = await program(process.execPath, [builtCommand, "list", "scenarios", "--json"], path);
  const { scenarios } = documentOf<{
    readonly scenarios: readonly { readonly name: string; readonly storm: boolean }[];
  }>(ended);
  return scenarios.filter(({ storm }) => storm).map(({ name }) => name);
}

/** Node itself is an ordinary package for each platform: nothing is left behind outside of the folder. */
async function fetchNodes(path: string): Promise<Readonly<Record<string, string>>> {
  const platform = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  writeFileSync(join(path, "package.json"), '{ "private": true }\n');
  const aliases = lines.map(line => `node${line}@npm:${platform}@${line}`);
  const { code, err } = await program(
    "npm",
    ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...aliases],
    path,
  );
  if (code !== 0) throw new NotHeld(`npm has no ${platform} for Node ${lines.join(", ")}: ${err.trim().slice(-400)}`);
  return Object.fromEntries(
    lines.map(line => {
      const folder = join(path, "node_modules", `node${line}`);
      const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        readonly version: string;
      };
      return [version, join(folder, "bin", process.platform === "win32" ? "node.exe" : "node")];
    }),
  );
}

const lines = [20, 22, 24];
