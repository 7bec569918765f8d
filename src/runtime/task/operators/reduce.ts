import type { ReduceFunction, RuntimeContext } from "../../api/functions.ts";
import type { KeySelector } from "../../api/key.ts";
import { reduceStateName } from "../../graph/logical-graph.ts";
import type { KeyedState } from "../../state/keyed-state.ts";
import type { RecordOutput, StreamOperator } from "../operator.ts";

/** Keeps one value per key; every record is folded into it, and the new value is emitted. */
export function reduceOperator(
  uid: string,
  key: KeySelector<unknown>,
  reduce: ReduceFunction<unknown>,
  state: KeyedState,
  context: RuntimeContext,
  out: RecordOutput,
): StreamOperator {
  const combine = typeof reduce === "function" ? reduce : (sum: unknown, record: unknown) => reduce.reduce(sum, record);
  const sum = state.valueState<unknown>(reduceStateName);
  return {
    uid,
    open: () => (typeof reduce === "function" ? undefined : reduce.open?.(context)),
    process: (value, timestampMs, origin) => {
      state.setCurrentKey(key(value));
      const before = sum.value();
      const after = before === undefined ? value : combine(before, value);
      sum.update(after);
      out.emit(after, timestampMs, origin);
    },
    watermark: watermarkMs => out.watermark(watermarkMs),
    snapshot: (_checkpoint, file) => withKeyGroups(uid, state.snapshot(file)),
    close: () => (typeof reduce === "function" ? undefined : reduce.close?.()),
  };
}

/** An operator snapshot with key groups only where there are any. */
export function withKeyGroups(
  uid: string,
  keyGroups: ReturnType<KeyedState["snapshot"]>,
): ReturnType<NonNullable<StreamOperator["snapshot"]>> {
  return keyGroups === undefined ? { uid } : { uid, keyGroups };
}
