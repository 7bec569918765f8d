import { Digest } from "../kernel/digest.ts";
import { faultKinds, type FaultKind } from "../world/fault.ts";
import { noRecoveries, type CaseRun, type Recoveries, type Verdict } from "./case-run.ts";

/**
 * Sums over the cases of a campaign. It owns the counting and nothing else; cases must be added in index order, since
 * the campaign's digest folds theirs.
 */
export class CampaignTotals {
  readonly #digest = new Digest();
  readonly #verdicts: Record<Verdict["kind"], number> = {
    passed: 0,
    violated: 0,
    stuck: 0,
    vacuous: 0,
    exhausted: 0,
    broken: 0,
  };
  readonly #recoveries: Record<keyof Recoveries, number> = { ...noRecoveries };
  readonly #faults = new Map<FaultKind, { planned: number; injected: number; effective: number }>();
  readonly #claims = new Map<string, { checked: number; violated: number; seen: number }>();
  readonly #cells = new Map<string, number>();
  readonly #histories = new Set<string>();
  #runs = 0;
  #events = 0;
  #simulatedMs = 0;
  #determinismChecked = 0;
  #mismatches = 0;

  add(run: CaseRun, check?: { readonly agreed: boolean }): void {
    this.#runs++;
    this.#verdicts[run.verdict.kind]++;
    this.#events += run.events;
    this.#simulatedMs += run.simulatedMs;
    this.#digest.foldText(`${run.digest} ${run.verdict.kind}`);
    this.#histories.add(run.digest);
    for (const key of Object.keys(noRecoveries) as (keyof Recoveries)[]) {
      // Cases in which it happened, not how often: that is what "in 60 % of the cases" means.
      this.#recoveries[key] += run.recoveries[key] > 0 ? 1 : 0;
    }
    for (const { kind, fired, effective } of run.faults) this.#addFault(kind, fired, effective);
    for (const [id, { checked, violated }] of Object.entries(run.claims)) this.#addClaim(id, checked, violated);
    for (const cell of run.phases) this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + 1);
    if (check === undefined) return;
    this.#determinismChecked++;
    if (!check.agreed) this.#mismatches++;
  }

  summary(): CampaignSummary {
    return {
      digest: this.#digest.hex,
      runs: this.#runs,
      ...this.#verdicts,
      recoveries: { ...this.#recoveries },
      events: this.#events,
      simulatedMs: this.#simulatedMs,
      distinct: this.#histories.size,
      faults: Object.fromEntries(
        faultKinds.flatMap(kind => (this.#faults.has(kind) ? [[kind, { ...this.#faults.get(kind)! }]] : [])),
      ),
      claims: Object.fromEntries([...this.#claims].sort(([a], [b]) => (a < b ? -1 : 1))),
      coverage: coverageOf(this.#cells),
      determinism: { checked: this.#determinismChecked, mismatches: this.#mismatches },
    };
  }

  #addFault(kind: FaultKind, fired: boolean, effective: boolean): void {
    const row = this.#faults.get(kind) ?? { planned: 0, injected: 0, effective: 0 };
    this.#faults.set(kind, row);
    row.planned++;
    if (fired) row.injected++;
    if (effective) row.effective++;
  }

  #addClaim(id: string, checked: number, violated: number): void {
    const row = this.#claims.get(id) ?? { checked: 0, violated: 0, seen: 0 };
    this.#claims.set(id, row);
    row.checked += checked;
    row.violated += violated;
    if (checked > 0) row.seen++;
  }
}

export interface CampaignSummary extends Readonly<Record<Verdict["kind"], number>> {
  /** Of all cases in index order. */
  readonly digest: string;
  readonly runs: number;
  /** Cases in which at least one such recovery happened. */
  readonly recoveries: Recoveries;
  readonly events: number;
  readonly simulatedMs: number;
  /** Histories that differ from each other, by digest. */
  readonly distinct: number;
  /** `planned` more than `injected`: the trigger never matched. */
  readonly faults: Readonly<
    Record<string, { readonly planned: number; readonly injected: number; readonly effective: number }>
  >;
  /** `checked`: how often a claim was put to the test; `seen`: in how many cases. */
  readonly claims: Readonly<
    Record<string, { readonly checked: number; readonly violated: number; readonly seen: number }>
  >;
  readonly coverage: Coverage;
  readonly determinism: { readonly checked: number; readonly mismatches: number };
}

/** `cells` is phases × components × faults of those seen at all; `hit` is how many of them were. */
export interface Coverage {
  readonly phases: readonly string[];
  readonly cells: number;
  readonly hit: number;
}

function coverageOf(cells: ReadonlyMap<string, number>): Coverage {
  const axes: Set<string>[] = [];
  for (const cell of cells.keys()) {
    for (const [axis, word] of cell.split(" × ").entries()) (axes[axis] ??= new Set()).add(word);
  }
  return {
    phases: [...(axes[0] ?? [])].sort(),
    cells: axes.reduce((product, axis) => product * axis.size, axes.length === 0 ? 0 : 1),
    hit: cells.size,
  };
}
