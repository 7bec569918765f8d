import type { Collector, KeyedProcessFunction, RuntimeContext } from "../../api/functions.ts";
import type { Key, KeySelector } from "../../api/key.ts";
import type { Origin } from "../../api/source.ts";
import type { KeyedState } from "../../state/keyed-state.ts";
import type { RecordOutput, StreamOperator } from "../operator.ts";
import type { OperatorSnapshot } from "../task-contract.ts";
import type { StateFileWriter } from "../../state/state-file.ts";
import type { KeyedTimers } from "../../time/keyed-timers.ts";

/** Runs an author's keyed function: sets the current key, gives it state and timers, and passes its results on. */
export class KeyedProcessOperator implements StreamOperator {
  readonly uid: string;
  readonly #key: KeySelector<unknown>;
  readonly #function: KeyedProcessFunction<Key, unknown, unknown>;
  readonly #state: KeyedState;
  readonly #timers: KeyedTimers;
  readonly #context: RuntimeContext;
  readonly #out: RecordOutput;
  readonly #about: { key: Key; timestampMs: number | undefined; watermarkMs: number } & Pick<
    KeyedTimers,
    "registerEventTimer" | "deleteEventTimer" | "registerProcessingTimer" | "deleteProcessingTimer"
  >;
  readonly #collector: Collector<unknown>;
  #origin: Origin | undefined;

  constructor(options: KeyedProcessOperatorOptions) {
    this.uid = options.uid;
    this.#key = options.key;
    this.#function = options.function;
    this.#state = options.state;
    this.#timers = options.timers;
    this.#context = options.context;
    this.#out = options.out;
    const { timers } = options;
    this.#about = {
      key: "",
      timestampMs: undefined,
      watermarkMs: -Infinity,
      registerEventTimer: atMs => timers.registerEventTimer(atMs),
      deleteEventTimer: atMs => timers.deleteEventTimer(atMs),
      registerProcessingTimer: atMs => timers.registerProcessingTimer(atMs),
      deleteProcessingTimer: atMs => timers.deleteProcessingTimer(atMs),
    };
    this.#collector = { collect: record => this.#out.emit(record, this.#about.timestampMs, this.#origin) };
  }

  open(): void {
    this.#function.open?.({ ...this.#context, valueState: name => this.#state.valueState(name) });
    this.#timers.open((domain, atMs) => this.#fire(domain, atMs));
  }

  process(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void {
    const key = this.#key(value);
    this.#state.setCurrentKey(key);
    this.#about.key = key;
    this.#about.timestampMs = timestampMs;
    this.#origin = origin;
    this.#function.process(value, this.#about, this.#collector);
  }

  watermark(watermarkMs: number): void {
    this.#about.watermarkMs = watermarkMs;
    this.#timers.advanceEventTime(watermarkMs);
    this.#out.watermark(watermarkMs);
  }

  snapshot(_checkpoint: number, file: StateFileWriter): OperatorSnapshot {
    const keyGroups = this.#state.snapshot(file);
    return keyGroups === undefined ? { uid: this.uid } : { uid: this.uid, keyGroups };
  }

  close(): void {
    this.#timers.close();
    this.#function.close?.();
  }

  /** The current key is the timer's. */
  #fire(domain: "event" | "processing", atMs: number): void {
    this.#about.key = this.#state.currentKey;
    this.#about.timestampMs = atMs;
    this.#origin = undefined;
    this.#function.onTimer?.({ domain, atMs }, this.#about, this.#collector);
  }
}

export interface KeyedProcessOperatorOptions {
  readonly uid: string;
  readonly key: KeySelector<unknown>;
  readonly function: KeyedProcessFunction<Key, unknown, unknown>;
  readonly state: KeyedState;
  readonly timers: KeyedTimers;
  readonly context: RuntimeContext;
  readonly out: RecordOutput;
}
