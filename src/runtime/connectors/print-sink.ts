import type { Sink } from "../api/sink.ts";

/** Reports each record as an event, `sink.print`: seen in the log of a real host and in the journal of a simulated one. At least once. */
export function printSink<T>(): Sink<T> {
  return {
    kind: "print",
    createWriter: ({ host, operator, subtask, attempt }) => ({
      write(record) {
        host.emit({
          event: "sink.print",
          subtask: `${operator}[${subtask}]`,
          attempt,
          detail: { record: JSON.stringify(record) },
        });
      },
      prepareCommit: async () => [],
      close() {},
    }),
  };
}
