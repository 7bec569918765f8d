import { keyGroupOf, ownerOf } from "../../runtime/graph/key-groups.ts";
import { readStateFile } from "../../runtime/state/state-reader.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import { positionsOf, type CheckpointPositions } from "../evidence/epochs.ts";
import { FinalOutput } from "../evidence/final-output.ts";
import { jobVertices } from "../evidence/job-structure.ts";
import type { ExplainedStrand } from "../reference/sink-group.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";
import { AuthorThrew, NotJudged } from "../reference/not-judged.ts";
import { imageOf } from "../reference/plain-value.ts";
import type { Strand, StrandFold, StrandInput } from "../reference/reference-run.ts";

/**
 * ST-7: State in checkpoint n, after its captured in-flight records are processed, = fold of exactly the source prefixes
 * recorded in n (checked against the reference).
 *
 * Reads: the state files of each completed checkpoint from durable bytes, at the moment of its completion; its positions;
 * at the end, the order of each key's inputs as the committed output witnesses it.
 *
 * Left out — keys whose subtask had finished: it snapshots nothing any more. Operators with timers: the reference does not
 * lead them. Keys whose function throws in the reference: perhaps in an order only that was never played. Keys
 * whose order no output witnesses in full: with silent inputs of several splits, or, where the job has not finished, inputs
 * whose output is not committed yet and that come from several splits.
 */
export const stateIsThePrefix: Oracle = {
  id: "ST-7",
  sentence: "The state in a checkpoint is the fold of exactly the source prefixes that it records.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Snapshots(setting),
};

/** Operator and key → state name → value, as images. */
type KeyedImages = ReadonlyMap<string, ReadonlyMap<string, string>>;

class Snapshots implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  readonly #states = new Map<CompletedCheckpoint, KeyedImages>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): undefined {
    for (const completed of this.#record.completedBy(observation)) {
      const images = this.#read(completed);
      if (images !== undefined) this.#states.set(completed, images);
    }
  }

  end(final: FinalState): readonly Violation[] {
    const output = FinalOutput.of(this.#setting, final);
    const positions = positionsOf(this.#record.completed).filter(({ checkpoint }) => this.#states.has(checkpoint));
    const allFound = output.strands.every(({ found }) => found.kind === "found");
    for (const explained of output.strands) {
      const violation = explained.strand.key === undefined ? undefined : this.#judge(explained, positions);
      if (violation !== undefined) return [violation];
    }
    return allFound && output.notJudged === undefined ? this.#foreignKeys(output, positions) : [];
  }

  /** Undefined when a file is missing: that is CC-8's to say. */
  #read({ metadata, storage }: CompletedCheckpoint): KeyedImages | undefined {
    if (metadata === undefined || !this.#record.files.sees(storage)) return undefined;
    const images = new Map<string, Map<string, string>>();
    for (const file of metadata.subtasks.flatMap(subtask => subtask.files)) {
      const found = this.#record.files.durable(storage, file);
      if (found.kind !== "whole") return undefined;
      for (const { operator, key, state, value } of readStateFile(found.contents)) {
        const name = holderOf(operator, key);
        let states = images.get(name);
        if (states === undefined) images.set(name, (states = new Map<string, string>()));
        states.set(state, imageOf(value));
      }
    }
    return images;
  }

  #judge({ strand, found }: ExplainedStrand, positions: readonly CheckpointPositions[]): Violation | undefined {
    if (found.kind !== "found" || found.ambiguous) return undefined;
    const prefix = new FoldedPrefix(strand);
    for (const { checkpoint, next } of positions) {
      const before = (input: StrandInput): boolean => input.position < next(input.split);
      const inputs = inOrder(strand.splits, found.order, before);
      if (inputs === undefined || this.#ownerHadFinished(checkpoint, strand)) continue;
      const state = prefix.stateAfter(inputs);
      if (state === undefined) return undefined;
      this.checked++;
      const expected = new Map([...state].map(([name, value]) => [name, imageOf(value)]));
      const actual =
        this.#states.get(checkpoint)!.get(holderOf(strand.operator, strand.key)) ?? new Map<string, string>();
      if (same(expected, actual)) continue;
      return {
        claim: "ST-7",
        where: strand.operator,
        message: `the state of ${strand.name} in checkpoint ${checkpoint.id} is not the fold of the ${inputs.length} inputs before its positions`,
        expected: shown(expected),
        actual: shown(actual),
      };
    }
    return undefined;
  }

  /** A subtask that has finished snapshots no state: its results are out, and it is never restored. */
  #ownerHadFinished({ metadata }: CompletedCheckpoint, { operator, key }: Strand): boolean {
    if (key === undefined || metadata?.subtasks.some(({ finished }) => finished) !== true) return false;
    const vertex = jobVertices(this.#setting).find(({ operators }) =>
      operators.some(({ node }) => node.uid === operator),
    );
    return metadata.subtasks.some(
      ({ vertex: name, finished, subtask, parallelism }) =>
        finished &&
        name === vertex?.id &&
        subtask === ownerOf(keyGroupOf(key, vertex.maxParallelism), vertex.maxParallelism, parallelism),
    );
  }

  /** State of a key that no input before the checkpoint's positions has. */
  #foreignKeys(output: FinalOutput, positions: readonly CheckpointPositions[]): readonly Violation[] {
    const known = new Set(output.strands.map(({ strand }) => holderOf(strand.operator, strand.key)));
    for (const { checkpoint } of positions) {
      for (const owner of this.#states.get(checkpoint)!.keys()) {
        if (known.has(owner)) continue;
        return [
          {
            claim: "ST-7",
            where: owner.slice(0, owner.indexOf(" ")),
            message: `checkpoint ${checkpoint.id} holds state of ${owner}, a key that no input has`,
          },
        ];
      }
    }
    return [];
  }
}

/** From one checkpoint to the next the prefix mostly grows: the fold goes on from where it stands. */
class FoldedPrefix {
  readonly #strand: Strand;
  #folded: readonly StrandInput[] = [];
  #fold: StrandFold;

  constructor(strand: Strand) {
    this.#strand = strand;
    this.#fold = strand.begin();
  }

  /** Undefined where the reference cannot lead the fold, of an operator with timers, say: nothing is known of its state. */
  stateAfter(inputs: readonly StrandInput[]): ReadonlyMap<string, unknown> | undefined {
    if (!this.#folded.every((input, i) => inputs[i] === input)) {
      this.#fold = this.#strand.begin();
      this.#folded = [];
    }
    try {
      for (let i = this.#folded.length; i < inputs.length; i++) this.#fold.absorb(inputs[i]!);
    } catch (error) {
      if (error instanceof NotJudged || error instanceof AuthorThrew) return undefined;
      throw error;
    }
    this.#folded = inputs;
    return this.#fold.state();
  }
}

/**
 * The inputs before a checkpoint's positions, in the order that was found. Those that the order does not reach (yet) follow
 * in their split's order if they come from one split; from several, nothing tells their order, and nothing is returned.
 */
function inOrder(
  splits: readonly (readonly StrandInput[])[],
  order: readonly StrandInput[],
  before: (input: StrandInput) => boolean,
): readonly StrandInput[] | undefined {
  const reached = new Set(order);
  const rest = splits
    .map(inputs => inputs.filter(input => before(input) && !reached.has(input)))
    .filter(inputs => inputs.length > 0);
  return rest.length > 1 ? undefined : [...order.filter(before), ...rest.flat()];
}

function holderOf(operator: string, key: unknown): string {
  return `${operator} ${imageOf(key)}`;
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, image]) => b.get(name) === image);
}

function shown(states: ReadonlyMap<string, string>): string {
  return [...states].map(([name, image]) => `${name} = ${image}`).join(", ") || "no state";
}
