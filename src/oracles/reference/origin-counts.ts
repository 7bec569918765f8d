import type { RecordContext } from "../../runtime/api/functions.ts";
import type { LogicalGraph, LogicalNode } from "../../runtime/graph/logical-graph.ts";
import { originName, type CommittedRecord } from "./committed-pool.ts";
import { NotJudged } from "./not-judged.ts";
import type { ReferenceInputs } from "./reference-run.ts";
import { owesEach, type OutputTerms } from "./sink-group.ts";
import { StatelessFlow } from "./stateless-flow.ts";

/**
 * Of a job with a keyed operator behind another one no order is witnessed, so that nobody can tell what its results are. But
 * where each record makes one result, whatever the order, as a `reduce` and a `map` do, each input owes each sink as many
 * records as ways lead there: this is what a loss or a repetition breaks first.
 *
 * Left out — a filter, flatMap or process behind a keyed operator: what it lets pass hangs on values, and so on the order. It
 * ends the judgement with {@link NotJudged}.
 */
export function miscounted(
  graph: LogicalGraph,
  inputs: Pick<ReferenceInputs, "splitsOf">,
  committed: readonly CommittedRecord[],
  terms: OutputTerms,
): Miscount | undefined {
  const counts = new Counts();
  const flow = new StatelessFlow(graph);
  for (const source of graph.nodes) {
    if (source.operator.kind !== "source") continue;
    for (const { split, records } of inputs.splitsOf(source)) {
      for (const [position, record] of records.entries()) {
        flow.follow(source, record, stillness, node => {
          for (const sink of sinksBehind(graph, node)) counts.of(sink, originName({ split, position })).owed++;
        });
      }
    }
  }
  for (const record of committed) counts.of(record.sink, originName(record)).committed++;
  return counts.find(({ sink, owed, committed: seen }) => {
    const repeats = terms.atLeastOnce.has(sink);
    if (seen < owed) return repeats ? owesEach(terms) : terms.complete;
    return seen > owed && !(repeats && owed > 0);
  });
}

export interface Miscount {
  /** Uid of the sink. */
  readonly sink: string;
  readonly origin: string;
  readonly owed: number;
  readonly committed: number;
}

class Counts {
  readonly #all = new Map<string, { sink: string; origin: string; owed: number; committed: number }>();

  of(sink: string, origin: string): { owed: number; committed: number } {
    const name = `${sink} ${origin}`;
    let count = this.#all.get(name);
    if (count === undefined) this.#all.set(name, (count = { sink, origin, owed: 0, committed: 0 }));
    return count;
  }

  find(is: (count: Miscount) => boolean): Miscount | undefined {
    return [...this.#all.values()].find(is);
  }
}

/** One for each way there, of a record that has arrived at this operator. */
function sinksBehind(graph: LogicalGraph, node: LogicalNode): readonly string[] {
  switch (node.operator.kind) {
    case "sink":
      return [node.uid];
    case "map":
    case "reduce":
      return graph.edges.flatMap(({ from, to }) => (from === node.id ? sinksBehind(graph, graph.nodes[to]!) : []));
    default:
      throw new NotJudged(`how many records ${node.name} makes hangs on an order that nothing witnesses`);
  }
}

const stillness: RecordContext = { timestampMs: undefined, watermarkMs: -Infinity };
