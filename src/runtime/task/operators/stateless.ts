import type {
  Collector,
  FilterFunction,
  FlatMapFunction,
  MapFunction,
  ProcessFunction,
  RichFunction,
  RuntimeContext,
} from "../../api/functions.ts";
import type { Origin } from "../../api/source.ts";
import type { RecordOutput, StreamOperator } from "../operator.ts";

/** Operators without state. Each result carries timestamp and origin of the record that it was made from. */
export function mapOperator(
  uid: string,
  map: MapFunction<unknown, unknown>,
  context: RuntimeContext,
  out: RecordOutput,
): StreamOperator {
  const apply = typeof map === "function" ? map : (record: unknown) => map.map(record);
  return {
    ...lifeOf(uid, map, context),
    process: (value, timestampMs, origin) => out.emit(apply(value), timestampMs, origin),
    watermark: watermarkMs => out.watermark(watermarkMs),
  };
}

export function filterOperator(
  uid: string,
  filter: FilterFunction<unknown>,
  context: RuntimeContext,
  out: RecordOutput,
): StreamOperator {
  const keeps = typeof filter === "function" ? filter : (record: unknown) => filter.filter(record);
  return {
    ...lifeOf(uid, filter, context),
    process: (value, timestampMs, origin) => {
      if (keeps(value)) out.emit(value, timestampMs, origin);
    },
    watermark: watermarkMs => out.watermark(watermarkMs),
  };
}

export function flatMapOperator(
  uid: string,
  flatMap: FlatMapFunction<unknown, unknown>,
  context: RuntimeContext,
  out: RecordOutput,
): StreamOperator {
  const apply = typeof flatMap === "function" ? flatMap : (record: unknown) => flatMap.flatMap(record);
  return {
    ...lifeOf(uid, flatMap, context),
    process: (value, timestampMs, origin) => {
      for (const result of apply(value)) out.emit(result, timestampMs, origin);
    },
    watermark: watermarkMs => out.watermark(watermarkMs),
  };
}

export function processOperator(
  uid: string,
  process: ProcessFunction<unknown, unknown>,
  context: RuntimeContext,
  out: RecordOutput,
): StreamOperator {
  const apply =
    typeof process === "function"
      ? process
      : (record: unknown, about: { timestampMs: number | undefined; watermarkMs: number }, to: Collector<unknown>) =>
          process.process(record, about, to);
  const about: { timestampMs: number | undefined; watermarkMs: number } = {
    timestampMs: undefined,
    watermarkMs: -Infinity,
  };
  let from: Origin | undefined;
  const collector: Collector<unknown> = { collect: record => out.emit(record, about.timestampMs, from) };
  return {
    ...lifeOf(uid, process, context),
    process: (value, timestampMs, origin) => {
      about.timestampMs = timestampMs;
      from = origin;
      apply(value, about, collector);
    },
    watermark: watermarkMs => {
      about.watermarkMs = watermarkMs;
      out.watermark(watermarkMs);
    },
  };
}

/** A rich function's open and close as the operator's; a plain one has neither. */
function lifeOf(uid: string, given: object, context: RuntimeContext): Pick<StreamOperator, "uid" | "open" | "close"> {
  const rich: RichFunction = typeof given === "function" ? {} : given;
  return { uid, open: () => rich.open?.(context), close: () => rich.close?.() };
}
