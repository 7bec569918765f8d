import { expect, test } from "vitest";
import type { StreamExecutionEnvironment } from "../api/environment.ts";
import { job } from "../api/job.ts";
import type { Sink } from "../api/sink.ts";
import type { Source } from "../api/source.ts";
import { compileJob, describeJob } from "./compile-job.ts";
import type { GraphDefaults } from "./graph-draft.ts";
import { consumersOf, type JobGraph, producersOf } from "./job-graph.ts";

const never = (): never => {
  throw new Error("only described here");
};
const numbers: Source<number> = {
  kind: "numbers",
  boundedness: "bounded",
  createEnumerator: never,
  createReader: never,
};
const drain: Sink<number> = { kind: "drain", createWriter: never };
const add = (a: number, b: number): number => a + b;

function compile(
  build: (env: StreamExecutionEnvironment) => unknown,
  defaults: GraphDefaults = { parallelism: 2 },
): JobGraph {
  return compileJob(
    job("test", env => void build(env)),
    {},
    defaults,
  );
}

const shapeOf = (graph: JobGraph): readonly string[] =>
  graph.vertices.map(vertex => `${vertex.operators.map(({ node }) => node.name).join("+")}×${vertex.parallelism}`);
const edgesOf = (graph: JobGraph): readonly string[] => graph.edges.map(edge => `${edge.id} ${edge.partitioning.kind}`);

test("operators are chained along forward edges of equal parallelism, and only there", () => {
  const graph = compile(env =>
    env
      .fromSource(numbers, "numbers")
      .map(n => n)
      .filter(() => true)
      .keyBy(n => n)
      .reduce(add)
      .sinkTo(drain),
  );
  expect(shapeOf(graph)).toEqual(["numbers+map+filter×2", "reduce+sink×2"]);
  expect(edgesOf(graph)).toEqual(["numbers>reduce hash"]);
  const other = compile(env =>
    env
      .fromSource(numbers, "numbers")
      .setParallelism(1)
      .map(n => n)
      .rebalance()
      .filter(() => true)
      .disableChaining()
      .sinkTo(drain),
  );
  expect(shapeOf(other)).toEqual(["numbers×1", "map×2", "filter×2", "sink×2"]);
  expect(edgesOf(other)).toEqual(["numbers>map rebalance", "map>filter rebalance", "filter>sink forward"]);
  expect(shapeOf(compile(env => env.disableOperatorChaining().fromSource(numbers, "numbers").sinkTo(drain)))).toEqual([
    "numbers×2",
    "sink×2",
  ]);
});

test("a stream with two readers is a chain that forks; a union begins a vertex of its own", () => {
  const graph = compile(env => {
    const all = env.fromSource(numbers, "numbers");
    const odd = all.filter(n => n % 2 === 1).name("odd");
    const even = all.filter(n => n % 2 === 0).name("even");
    odd.union(even).sinkTo(drain);
  });
  expect(shapeOf(graph)).toEqual(["numbers+odd+even×2", "sink×2"]);
  expect(edgesOf(graph)).toEqual(["numbers>sink forward", "numbers>sink-2 forward"]);
  const [source, sink] = graph.vertices;
  expect(source!.operators.map(({ chained, outputs }) => [chained, outputs])).toEqual([
    [[1, 2], []],
    [[], [0]],
    [[], [1]],
  ]);
  expect(sink!.inputs).toEqual(source!.outputs);
});

test("forward edges join subtask i to subtask i, all others everyone to everyone", () => {
  const graph = compile(env =>
    env
      .fromSource(numbers, "numbers")
      .map(n => n)
      .disableChaining()
      .keyBy(n => n)
      .reduce(add)
      .setParallelism(3)
      .sinkTo(drain),
  );
  const [forward, hash] = graph.edges;
  expect([producersOf(forward!, 2, 1), consumersOf(forward!, 2, 1)]).toEqual([[1], [1]]);
  expect([producersOf(hash!, 2, 1), consumersOf(hash!, 3, 1)]).toEqual([
    [0, 1],
    [0, 1, 2],
  ]);
});

test("the hash sees structure, and the same structure always gives the same", () => {
  const base = (env: StreamExecutionEnvironment) =>
    env
      .fromSource(numbers, "numbers")
      .keyBy(n => n)
      .reduce(add);
  const hash = (build: (env: StreamExecutionEnvironment) => unknown, defaults?: GraphDefaults): string =>
    compile(build, defaults).hash;
  const plain = hash(env => base(env).sinkTo(drain));
  expect(hash(env => base(env).sinkTo(drain))).toBe(plain);
  const others = [
    hash(env => base(env).uid("sum").sinkTo(drain)),
    hash(env => base(env).name("sum").sinkTo(drain)),
    hash(env => base(env).sinkTo({ ...drain, kind: "other" })),
    hash(env => base(env).rebalance().sinkTo(drain)),
    hash(env =>
      base(env)
        .map(n => n)
        .sinkTo(drain),
    ),
    hash(env => base(env).sinkTo(drain), { parallelism: 3 }),
    hash(env => base(env.setMaxParallelism(64)).sinkTo(drain)),
    hash(env => base(env.enableCheckpointing(10)).sinkTo(drain)),
  ];
  expect(new Set([plain, ...others]).size).toBe(1 + others.length);
});

test("the hash is frozen: a running job's processes compare it across versions", () => {
  expect(
    compile(env =>
      env
        .fromSource(numbers, "numbers")
        .keyBy(n => n)
        .reduce(add)
        .sinkTo(drain),
    ).hash,
  ).toBe("d6bb6597c5f8ecbc");
});

test("names are made unique and uids follow them, in the author's order", () => {
  const graph = describeJob(
    job("test", env => {
      env
        .fromSource(numbers, "numbers")
        .map(n => n)
        .map(n => n)
        .sinkTo(drain);
      env.fromSource(numbers, "numbers").uid("more").sinkTo(drain);
    }),
    {},
    { parallelism: 1 },
  );
  expect(graph.nodes.map(({ name, uid }) => `${name}/${uid}`)).toEqual([
    "numbers/numbers",
    "map/map",
    "map-2/map-2",
    "sink/sink",
    "numbers-2/more",
    "sink-2/sink-2",
  ]);
});

test("each compilation calls the factory anew: two subtasks never share a function object", () => {
  const declared = job(
    "test",
    env =>
      void env
        .fromSource(numbers, "numbers")
        .map({ map: n => n })
        .sinkTo(drain),
  );
  const mapOf = (): unknown => describeJob(declared, {}, { parallelism: 1 }).nodes[1]!.operator;
  expect(mapOf()).not.toBe(mapOf());
  expect(declared.module).toMatch(/job-graph\.test\.ts$/);
});

test("misuse is refused where it is written, with what to do", () => {
  const source = (env: StreamExecutionEnvironment) => env.fromSource(numbers, "numbers");
  const refused = (build: (env: StreamExecutionEnvironment) => unknown): string => {
    try {
      compile(build);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  expect(() => job("Bad Name", () => {})).toThrow(/kebab-case/);
  expect(refused(() => {})).toContain("begin with env.fromSource");
  expect(refused(env => source(env))).toContain('nothing reads the output of "numbers"');
  expect(refused(env => source(env).name("a[0]").sinkTo(drain))).toContain("must begin with a letter");
  expect(refused(env => source(env).setParallelism(0).sinkTo(drain))).toContain("whole number from 1");
  expect(refused(env => source(env).setParallelism(129).sinkTo(drain))).toContain("setMaxParallelism");
  expect(
    refused(env =>
      source(env)
        .uid("x")
        .forward()
        .map(n => n)
        .uid("x")
        .sinkTo(drain),
    ),
  ).toContain('two operators have the uid "x"');
  expect(
    refused(env =>
      source(env)
        .forward()
        .map(n => n)
        .setParallelism(3)
        .sinkTo(drain),
    ),
  ).toContain("use rebalance()");
  expect(
    refused(env =>
      source(env)
        .map("n" as never)
        .sinkTo(drain),
    ),
  ).toContain("wants a function");
  expect(
    refused(env =>
      source(env)
        .keyBy(n => n)
        .process((() => {}) as never)
        .sinkTo(drain),
    ),
  ).toContain("an object with a process method");
  expect(refused(env => source(env.enableCheckpointing(0)).sinkTo(drain))).toContain("1 or more");
});
