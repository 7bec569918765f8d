import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figures, Proof } from "./proof.ts";

/**
 * `reports/proof.json`: what was proved, of which build, with which figures. It is written after each proof, whole or not
 * at all, so that an interrupted run loses nothing but the proof on hand.
 */
export interface ProofRecord {
  readonly kind: "millrace-proofs";
  readonly version: string;
  /** Of the built code, the data and the proofs themselves: another one, and everything is to be proved again. */
  readonly build: string;
  readonly node: string;
  readonly proofs: Readonly<Record<string, ProofResult>>;
  /** How the last run ended; none while one goes on, or was interrupted. */
  readonly lastRun?: ProofCounts;
}

/** `left` was not begun: it would not have ended in time. */
export type ProofCounts = Readonly<Record<ProofResult["outcome"] | "left", number>>;

export interface ProofResult {
  readonly issue: number;
  readonly what: string;
  readonly outcome: "held" | "failed";
  /** Of a failed one: how. */
  readonly reason?: string;
  readonly figures: Figures;
  readonly seconds: number;
  readonly timed: boolean;
}

export const recordPath = fileURLToPath(new URL("../../reports/proof.json", import.meta.url));

/** What the file says of this build; empty when it speaks of another. */
export function readRecord(build: string, path = recordPath): ProofRecord {
  const empty: ProofRecord = {
    kind: "millrace-proofs",
    version: packageVersion(),
    build,
    node: process.version,
    proofs: {},
  };
  if (!existsSync(path)) return empty;
  try {
    const known = JSON.parse(readFileSync(path, "utf8")) as ProofRecord;
    if (known.kind !== "millrace-proofs" || known.build !== build) return empty;
    const { lastRun: _, ...record } = known;
    return record;
  } catch {
    return empty;
  }
}

export function writeRecord(record: ProofRecord, path = recordPath): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(temporary, path);
}

export function withResult(record: ProofRecord, proof: Proof, result: ProofResult): ProofRecord {
  return { ...record, proofs: { ...record.proofs, [proof.id]: result } };
}

/** Sixteen hexadecimal digits of everything that a proof runs. */
export function buildHash(): string {
  const hash = createHash("sha256");
  for (const folder of ["dist", "scenarios/data", "properties/proof"]) {
    for (const file of filesBelow(join(root, folder)))
      hash.update(`${file}\n`).update(readFileSync(join(root, folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(file => /\.(js|json|ts)$/.test(file) && !file.endsWith(".d.ts"))
    .sort();
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
