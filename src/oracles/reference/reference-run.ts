import type { RecordContext } from "../../runtime/api/functions.ts";
import type { Key } from "../../runtime/api/key.ts";
import type { LogicalGraph, LogicalNode } from "../../runtime/graph/logical-graph.ts";
import { originName, type Emission } from "./committed-pool.ts";
import { type KeyedFold, type KeyedOperator, keyedOperator } from "./keyed-fold.ts";
import { asAuthor, AuthorThrew, KeyedBehindKeyed, PoisonRecord } from "./not-judged.ts";
import { imageOf } from "./plain-value.ts";
import { StatelessFlow } from "./stateless-flow.ts";
import type { WitnessedFold } from "./witness-search.ts";

/**
 * The reference executor: the logical graph, interpreted in one thread, with no network, no checkpoints and no code of
 * the runtime's tasks. It is staged: stateless operators split by split, then each keyed operator key by key.
 *
 * It does not choose the order in which the records of a key from several splits are folded: it gives the records of
 * each strand in the order of their splits, and a fold to lead along whichever legal order was found.
 *
 * Left out — because: a keyed operator behind another one; its records' order is witnessed by nothing that is committed. What
 * is owed of such a job all the same is in origin-counts.ts.
 */
export function referenceStrands(graph: LogicalGraph, inputs: ReferenceInputs): readonly Strand[] {
  const flow = new StatelessFlow(graph);
  for (const node of graph.nodes) {
    if (!isKeyed(node)) continue;
    const behind = flow.endsBehind(node).find(isKeyed);
    if (behind !== undefined)
      throw new KeyedBehindKeyed(`${behind.name} is keyed behind ${node.name}, which is keyed too`);
  }
  const strands = new Strands(flow, inputs);
  for (const source of graph.nodes) {
    if (source.operator.kind !== "source") continue;
    const ordered = !flow.mayReorder(source);
    const { timestampOf } = source.operator.watermarks;
    for (const { split, records } of inputs.splitsOf(source)) {
      records.forEach((record, position) => {
        const lead = (): void => {
          const timestampMs = asAuthor(source.name, () => timestampOf?.(record));
          const context: RecordContext = { timestampMs, watermarkMs: -Infinity };
          flow.follow(source, record, context, (node, arrived, way) => {
            const strand =
              node.operator.kind === "sink"
                ? strands.toSink(node, split, ordered)
                : strands.ofKey(node, keyOf(node, arrived));
            strand.add({ split, position, record: arrived, context }, ordered ? `${split}${way}` : undefined);
          });
        };
        try {
          lead();
        } catch (error) {
          if (!(error instanceof AuthorThrew)) throw error;
          throw new PoisonRecord(error.operator, originName({ split, position }), error.cause);
        }
      });
    }
  }
  return strands.all();
}

export interface ReferenceInputs {
  /** What a source reads: its splits in any order, the records of each in the split's order, by position. */
  splitsOf(source: LogicalNode): readonly { readonly split: string; readonly records: readonly unknown[] }[];
  /** What a sink makes of a record. */
  emissionOf(sink: LogicalNode, record: unknown): Emission;
}

/** Records that one fold handles in one order: those of a key at a keyed operator, or of a split on its way to a sink. */
export interface Strand {
  /** Uid of the keyed operator, or of the sink. */
  readonly operator: string;
  /** Undefined: no key, a stateless path to a sink. */
  readonly key: Key | undefined;
  /** For a reader: `count["ams"]`. */
  readonly name: string;
  /** One list per split and way, in its order. Where the way may reorder records, each stands in a list of its own. */
  readonly splits: readonly (readonly StrandInput[])[];
  /** Uids of the sinks that it may emit to. */
  readonly sinks: readonly string[];
  /** Records of this strand arrive at their sinks in the order in which they were emitted. */
  readonly emitsInOrder: boolean;
  begin(): StrandFold;
}

export interface StrandInput {
  readonly split: string;
  readonly position: number;
  readonly record: unknown;
  readonly context: RecordContext;
}

export interface StrandFold extends WitnessedFold<StrandInput> {
  /** The same step, for its state alone: nothing is made of what it gives. */
  absorb(input: StrandInput): void;
  /** By state name; empty where there is no keyed operator. */
  state(): ReadonlyMap<string, unknown>;
  fork(): StrandFold;
}

class GrowingStrand implements Strand {
  readonly operator: string;
  readonly key: Key | undefined;
  readonly name: string;
  readonly sinks: readonly string[];
  readonly emitsInOrder: boolean;
  readonly #words: Omit<Strand, "splits">;
  readonly #lists = new Map<string, StrandInput[]>();
  #unordered = 0;

  constructor(words: Omit<Strand, "splits">) {
    this.operator = words.operator;
    this.key = words.key;
    this.name = words.name;
    this.sinks = words.sinks;
    this.emitsInOrder = words.emitsInOrder;
    this.#words = words;
  }

  begin(): StrandFold {
    return this.#words.begin();
  }

  get splits(): readonly (readonly StrandInput[])[] {
    return [...this.#lists.values()];
  }

  /** `list` names those that arrive in the order of their splits. Undefined: this one keeps no order with any other. */
  add(input: StrandInput, list: string | undefined): void {
    const name = list ?? `unordered ${this.#unordered++}`;
    const there = this.#lists.get(name);
    if (there === undefined) this.#lists.set(name, [input]);
    else there.push(input);
  }
}

class Strands {
  readonly #flow: StatelessFlow;
  readonly #inputs: ReferenceInputs;
  readonly #byName = new Map<string, GrowingStrand>();
  readonly #operators = new Map<number, KeyedOperator>();

  constructor(flow: StatelessFlow, inputs: ReferenceInputs) {
    this.#flow = flow;
    this.#inputs = inputs;
  }

  all(): readonly Strand[] {
    return [...this.#byName.values()];
  }

  ofKey(node: LogicalNode, key: Key): GrowingStrand {
    const name = `${node.name}[${imageOf(key)}]`;
    let strand = this.#byName.get(name);
    if (strand !== undefined) return strand;
    const operator = this.#operatorOf(node);
    strand = new GrowingStrand({
      operator: node.uid,
      key,
      name,
      sinks: this.#flow.endsBehind(node).map(sink => sink.uid),
      emitsInOrder: !this.#flow.mayReorder(node) && !this.#flow.joinsAgain(node),
      begin: () => foldThrough(operator.begin(key), node, this.#flow, this.#inputs),
    });
    this.#byName.set(name, strand);
    return strand;
  }

  toSink(node: LogicalNode, split: string, ordered: boolean): GrowingStrand {
    const name = `${node.name}[from ${split}]`;
    let strand = this.#byName.get(name);
    if (strand !== undefined) return strand;
    const fold: StrandFold = {
      step: input => [this.#inputs.emissionOf(node, input.record)],
      absorb: () => undefined,
      state: () => new Map(),
      stateImage: () => "",
      fork: () => fold,
    };
    strand = new GrowingStrand({
      operator: node.uid,
      key: undefined,
      name,
      sinks: [node.uid],
      // It emits in the order in which its inputs arrive, which may be any.
      emitsInOrder: ordered,
      begin: () => fold,
    });
    this.#byName.set(name, strand);
    return strand;
  }

  #operatorOf(node: LogicalNode): KeyedOperator {
    let operator = this.#operators.get(node.id);
    if (operator === undefined) this.#operators.set(node.id, (operator = keyedOperator(node)));
    return operator;
  }
}

function foldThrough(fold: KeyedFold, node: LogicalNode, flow: StatelessFlow, inputs: ReferenceInputs): StrandFold {
  return {
    step({ record, context }) {
      const emissions: Emission[] = [];
      fold.step(record, context, result => {
        flow.follow(node, result, context, (sink, arrived) => emissions.push(inputs.emissionOf(sink, arrived)));
      });
      return emissions;
    },
    absorb: ({ record, context }) => fold.step(record, context, () => undefined),
    state: () => fold.state(),
    stateImage: () => imageOf([...fold.state()]),
    fork: () => foldThrough(fold.fork(), node, flow, inputs),
  };
}

function isKeyed(node: LogicalNode): boolean {
  return node.operator.kind === "reduce" || node.operator.kind === "keyed-process";
}

function keyOf(node: LogicalNode, record: unknown): Key {
  if (node.operator.kind !== "reduce" && node.operator.kind !== "keyed-process")
    throw new Error(`${node.name} is not keyed.`);
  const { key } = node.operator;
  return asAuthor(node.name, () => key(record));
}
