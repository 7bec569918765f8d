import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { job, logSink, logSource, type Sink, type ValueState } from "millrace";

/**
 * Jobs that reach around their machine, each in the way in which it happens in life. Their module is loaded once the fence
 * stands, as the CLI and vitest's set-up see to.
 */
const now = Date.now;
const hrtime = process.hrtime.bigint;

/** What the clocks said in the functions of `clockReader`, for a test to look at; no function reads it. */
export const readings: { readonly wallMs: number; readonly monotonicNs: bigint }[] = [];

const words = new Set<string>();

/** Forgets at no crash what it has let through before: the repetition of a record is taken for a duplicate. */
export const setKeeper = job("set-keeper", env => {
  env.enableCheckpointing(150);
  env
    .fromSource(logSource<string>({ topic: "input", bounded: true }), "lines")
    .filter(line => words.size < words.add(line).size)
    .name("unseen")
    .sinkTo(logSink({ topic: "output" }));
});

export const clockReader = job("clock-reader", env => {
  env.enableCheckpointing(150);
  env
    .fromSource(logSource<string>({ topic: "input", bounded: true }), "lines")
    .filter(() => {
      readings.push({ wallMs: now(), monotonicNs: hrtime() });
      return true;
    })
    .name("timed")
    .sinkTo(logSink({ topic: "output" }));
});

/** Writes down when it was. */
export const stamper = job("stamper", env => {
  env.enableCheckpointing(150);
  env
    .fromSource(logSource<string>({ topic: "input", bounded: true }), "lines")
    .map(line => ({ line, atMs: Date.now() }))
    .name("stamped")
    .sinkTo(logSink({ topic: "output" }));
});

/** Remembers when it was, and says nothing of it: what it writes is as it must be. */
export const diarist = job("diarist", env => {
  let seenMs: ValueState<number>;
  env.enableCheckpointing(150);
  env
    .fromSource(logSource<string>({ topic: "input", bounded: true }), "lines")
    .keyBy(line => line)
    .process({
      open: context => void (seenMs = context.valueState("seen")),
      process(line, _context, out) {
        seenMs.update(Date.now());
        out.collect(line);
      },
    })
    .name("remembered")
    .sinkTo(logSink({ topic: "output" }));
});

/** Draws who wins. */
export const lottery = job("lottery", env => {
  env.enableCheckpointing(150);
  env
    .fromSource(logSource<string>({ topic: "input", bounded: true }), "lines")
    .map(line => ({ line, won: Math.random() }))
    .name("drawn")
    .sinkTo(logSink({ topic: "output" }));
});

/** Reads its own source, and swallows the error that it gets. */
export const diskReader = job("disk-reader", env => {
  env.enableCheckpointing(150);
  env
    .fromSource(logSource<string>({ topic: "input", bounded: true }), "lines")
    .map(line => {
      try {
        return `${line} ${readFileSync(fileURLToPath(import.meta.url), "utf8").length}`;
      } catch {
        return line;
      }
    })
    .name("measured")
    .sinkTo(logSink({ topic: "output" }));
});

let preparing: Promise<readonly string[]> | undefined;

/** A sink with one promise for all of its processes: who comes second waits for what another process does. */
const sharingSink: Sink<string> = {
  kind: "sharing",
  createWriter: ({ host }) => ({
    write() {},
    async prepareCommit() {
      preparing ??= new Promise(resolve => void host.timer(5, () => resolve([])));
      const items = await preparing;
      host.emit({ event: "sharing.prepared" });
      return items;
    },
    close() {},
  }),
};

export const promiseSharer = job("promise-sharer", env => {
  env.enableCheckpointing(150);
  env.fromSource(logSource<string>({ topic: "input", bounded: true }), "lines").sinkTo(sharingSink);
});
