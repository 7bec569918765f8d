import type { LogicalGraph, LogicalNode } from "../../runtime/graph/logical-graph.ts";
import { readBrokerLog, type BrokerHistory } from "../../services/log-broker/broker-log.ts";
import { isThrough, type FinalState, type Setting } from "../oracle.ts";
import type { CommittedRecord } from "../reference/committed-pool.ts";
import { explainStrands } from "../reference/explained-strands.ts";
import { AuthorThrew, KeyedBehindKeyed, NotJudged, PoisonRecord } from "../reference/not-judged.ts";
import { miscounted, type Miscount } from "../reference/origin-counts.ts";
import { referenceStrands } from "../reference/reference-run.ts";
import type { ExplainedOutput, ExplainedStrand, OutputTerms } from "../reference/sink-group.ts";
import { logSourceOf, splitsOfLog } from "./log-output.ts";
import { newestPositions } from "./drained.ts";
import type { CheckpointPositions } from "./epochs.ts";
import { historyWith, owedCommits } from "./owed-commits.ts";
import { OutputBeforeLoss } from "./output-before-loss.ts";
import { emissionOf, readHistory, visibleOutput, workStates, type WorkState } from "./visible-output.ts";
import type { VisibleRecord } from "./visible-record.ts";

/**
 * What a run has committed at its end, explained by the reference: for each strand the order that the output witnesses, or
 * that there is none. It owns this one evaluation, which several claims read; what follows for a claim is the claim's.
 */
export class FinalOutput {
  /** Evaluated once for a run, when the first claim asks. */
  static of(setting: Setting, final: FinalState): FinalOutput {
    return setting.evidence.of(FinalOutput, () => new FinalOutput(setting, final));
  }

  readonly graph: LogicalGraph;
  readonly history: BrokerHistory;
  /** What became of everything that was prepared, by its name. */
  readonly work: ReadonlyMap<string, WorkState>;
  /** What readers see of all sinks, and of a job that ended before its time what it owed them. */
  readonly committed: readonly VisibleRecord[];
  readonly strands: readonly ExplainedStrand[];
  /** Committed records that no input explains, in sinks all of whose strands have found an order. */
  readonly unexplained: readonly CommittedRecord[];
  /** Why this job's output is not judged, or by its counts alone; undefined: it is. */
  readonly notJudged: string | undefined;
  /** Of a job whose output is judged by its counts alone: whether they were looked at, and the first that is wrong. */
  readonly counted: { readonly wrong: Miscount | undefined } | undefined;
  /** A record on which the job's own code throws, before anything is kept of it. */
  readonly poison: PoisonRecord | undefined;

  /** How far a job without an end has read. Undefined: a job with an end has read all there was. */
  readonly #read: CheckpointPositions | undefined;

  private constructor(setting: Setting, final: FinalState) {
    this.#read = final.job === "drained" ? newestPositions(setting) : undefined;
    this.graph = setting.graph();
    const kept = OutputBeforeLoss.of(setting)?.broker;
    const { broker } = setting.roles;
    this.history = kept === undefined ? readHistory(setting) : readBrokerLog(kept, setting.folder(broker));
    this.work = workStates(this.history, setting);
    const terms: OutputTerms = {
      complete: isThrough(final),
      atLeastOnce: atLeastOnceSinks(this.graph),
      mayBeLost: setting.outputMayBeLost === true,
    };
    try {
      const sinks = this.graph.nodes.filter(node => node.operator.kind === "sink");
      const owed = isThrough(final) ? none : owedCommits(setting, this.work);
      const view = kept ?? setting.durable(broker);
      const settled = owed.size === 0 ? this.history : historyWith(owed, this.history, view, setting.folder(broker));
      this.committed = sinks.flatMap(node => visibleOutput(node, settled, setting, owed));
      ({ strands: this.strands, unexplained: this.unexplained } = this.#explain(terms));
    } catch (thrown) {
      const { error, counted } = this.#whatIsLeft(thrown, terms);
      this.counted = counted;
      // A fold that throws may do so in an order only that was never played.
      if (!(error instanceof NotJudged) && !(error instanceof AuthorThrew)) throw error;
      this.notJudged = error.message;
      if (error instanceof PoisonRecord) this.poison = error;
      this.committed ??= [];
      this.strands = [];
      this.unexplained = [];
    }
  }

  #explain(terms: OutputTerms): ExplainedOutput {
    const strands = referenceStrands(this.graph, {
      splitsOf: source => this.#splitsOf(source),
      emissionOf,
    });
    if (!terms.complete && strands.some(({ sinks }) => sinks.length > 1))
      throw new NotJudged("the job has not finished, and one of its sinks may be ahead of another");
    return explainStrands(strands, this.committed, terms);
  }

  /** Where no order can be found for the reference to be led along, each input can still be counted, perhaps. */
  #whatIsLeft(
    thrown: unknown,
    terms: OutputTerms,
  ): { readonly error: unknown } & Partial<Pick<FinalOutput, "counted">> {
    if (!(thrown instanceof KeyedBehindKeyed)) return { error: thrown };
    const inputs = { splitsOf: (source: LogicalNode) => this.#splitsOf(source) };
    try {
      const counted = { wrong: miscounted(this.graph, inputs, this.committed, terms) };
      const message = `${thrown.message}: each input is counted, and its results are not compared`;
      return { error: new NotJudged(message), counted };
    } catch (error) {
      return { error: error instanceof NotJudged ? new NotJudged(`${thrown.message}, and ${error.message}`) : error };
    }
  }

  #splitsOf(node: LogicalNode) {
    const source = logSourceOf(node);
    if (source === undefined) throw new NotJudged(`what ${node.name} reads is not known here`);
    const read = this.#read;
    if (read === undefined) return splitsOfLog(source, this.history.topics);
    return splitsOfLog(source, this.history.standing).map(({ split, records }) => ({
      split,
      records: records.slice(0, read.next(split)),
    }));
  }
}

/** A sink without a committer writes at once; after a restore it writes again. */
function atLeastOnceSinks({ nodes }: LogicalGraph): ReadonlySet<string> {
  const uids = nodes.flatMap(({ uid, operator }) =>
    operator.kind === "sink" && operator.sink.createCommitter === undefined ? [uid] : [],
  );
  return new Set(uids);
}

const none: ReadonlySet<string> = new Set();
