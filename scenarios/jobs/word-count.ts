import { job, logSink, logSource } from "millrace";

export interface WordCount {
  readonly word: string;
  readonly count: number;
}

/** The classic: how often each word has been seen. One line gives many words, so one input record has many outputs. */
export const wordCount = job("word-count", env => {
  env.enableCheckpointing(1000);
  env
    .fromSource(logSource<string>({ topic: "lines", bounded: true }), "lines")
    .flatMap(line => line.split(" ").map((word): WordCount => ({ word, count: 1 })))
    .name("words")
    .keyBy(one => one.word)
    .reduce((sum, one) => ({ word: sum.word, count: sum.count + one.count }))
    .name("count")
    .sinkTo(logSink({ topic: "counts", guarantee: "exactly-once", key: one => one.word }));
});
