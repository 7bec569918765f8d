/**
 * A promise of an issue, with what it takes to see it kept. It owns the words; who plays proofs, and when, is prove.ts.
 */
export interface Proof {
  /** Kebab-case with at most one slash: `bug/sink.swallow-commit-error`. Stable: results are kept under it. */
  readonly id: string;
  readonly issue: number;
  /** The promise, in a sentence that can be false. */
  readonly what: string;
  /** On two cores; with a time box, it is begun only when so much is left. */
  readonly secondsAbout: number;
  /** It measures speed: what else the machine does decides, so it is played on demand only. */
  readonly timed?: boolean;
  run(folder: ProofFolder): Promise<Figures>;
}

/** Where a proof may write; removed when it has held. */
export interface ProofFolder {
  /** An empty folder outside of the repository. */
  readonly path: string;
}

export type Figures = Readonly<Record<string, Figure>>;

export type Figure =
  string | number | boolean | readonly string[] | readonly number[] | { readonly [name: string]: Figure };

/** The promise is not kept: the sentence says how, the figures what was measured until then. */
export class NotHeld extends Error {
  override readonly name = "NotHeld";
  readonly figures: Figures;

  constructor(sentence: string, figures: Figures = {}) {
    super(sentence);
    this.figures = figures;
  }
}

/** Throws `NotHeld` with the sentences of all that are not true. */
export function hold(claims: Readonly<Record<string, boolean>>, figures: Figures): Figures {
  const broken = Object.entries(claims).flatMap(([sentence, held]) => (held ? [] : [sentence]));
  if (broken.length > 0) throw new NotHeld(`not so: ${broken.join("; ")}`, figures);
  return figures;
}
