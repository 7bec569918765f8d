import type { KeyedContext, KeyedRuntimeContext, RecordContext } from "../../runtime/api/functions.ts";
import type { Key } from "../../runtime/api/key.ts";
import type { ValueState } from "../../runtime/api/state.ts";
import { type LogicalNode, reduceStateName } from "../../runtime/graph/logical-graph.ts";
import { asAuthor, NotJudged } from "./not-judged.ts";
import { copyOf } from "./plain-value.ts";
import { callable, referenceContext } from "./stateless-flow.ts";

/**
 * A keyed operator as a fold over the records of one key: what `reduce` and a keyed `process` mean. It owns the state of
 * the key that is being folded; which records come, and in which order, is the caller's.
 *
 * Timers are not judged here: they fire by a watermark or a clock, which no committed order witnesses. An operator that
 * asks for one ends the judgement with {@link NotJudged}.
 */
export interface KeyedOperator {
  /** A new fold of this key, with no state. Folds of one operator are independent of each other. */
  begin(key: Key): KeyedFold;
}

export interface KeyedFold {
  step(record: unknown, context: RecordContext, out: (result: unknown) => void): void;
  /** By state name, values that are there. */
  state(): ReadonlyMap<string, unknown>;
  /** One that goes on from here by itself. */
  fork(): KeyedFold;
}

export function keyedOperator(node: LogicalNode): KeyedOperator {
  const { operator } = node;
  if (operator.kind === "reduce") return reducing(callable(node, operator.function, "reduce"));
  if (operator.kind === "keyed-process") return processing(node);
  throw new Error(`${node.name} (${operator.kind}) is no keyed operator.`);
}

function reducing(reduce: (...args: unknown[]) => unknown): KeyedOperator {
  const goingOn = (state: Map<string, unknown>): KeyedFold => ({
    step(record, _context, out) {
      const sum = state.has(reduceStateName)
        ? reduce(copyOf(state.get(reduceStateName)), copyOf(record))
        : copyOf(record);
      state.set(reduceStateName, sum);
      out(copyOf(sum));
    },
    state: () => state,
    fork: () => goingOn(new Map(state)),
  });
  return { begin: () => goingOn(new Map()) };
}

function processing(node: LogicalNode): KeyedOperator {
  if (node.operator.kind !== "keyed-process") throw new Error(`${node.name} is no keyed process.`);
  const author = node.operator.function;
  // The author's function is opened once and holds the handles; which key's values they speak of changes under them.
  const current: { values: Map<string, unknown> } = { values: new Map() };
  const opening: KeyedRuntimeContext = {
    ...referenceContext("reference", node),
    valueState: <V>(name: string): ValueState<V> => ({
      value: () => copyOf(current.values.get(name)) as V | undefined,
      update: value => void current.values.set(name, copyOf(value)),
      clear: () => void current.values.delete(name),
    }),
  };
  author.open?.(opening);
  const refuse = (): never => {
    throw new NotJudged(`${node.name} uses timers`);
  };
  const goingOn = (key: Key, values: Map<string, unknown>): KeyedFold => ({
    step(record, context, out) {
      current.values = values;
      const keyed: KeyedContext<Key> = {
        ...context,
        key,
        registerEventTimer: refuse,
        deleteEventTimer: refuse,
        registerProcessingTimer: refuse,
        deleteProcessingTimer: refuse,
      };
      asAuthor(node.name, () => author.process(copyOf(record), keyed, { collect: out }));
    },
    state: () => values,
    fork: () => goingOn(key, new Map(values)),
  });
  return { begin: key => goingOn(key, new Map()) };
}
