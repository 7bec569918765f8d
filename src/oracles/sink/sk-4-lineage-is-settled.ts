import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import { jobStructure } from "../evidence/job-structure.ts";
import { logSinkOf } from "../evidence/log-output.ts";
import { preparedWork, readHistory, workStates } from "../evidence/visible-output.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SK-4: Restore from n commits all transactions pending in n and aborts all others of this lineage; ids of live
 * transactions never collide with another sink, subtask or generation.
 *
 * Reads: the prepared work in the metadata of completed checkpoints, and the broker's durable log at the moment in
 * which the first checkpoint of a new attempt is complete: by then every sink of that attempt has opened.
 *
 * Names are read as the log sink writes them, `lineage/operator/generation/subtask/after`, and not with its code.
 *
 * Left out — classic brokers, on which what was prepared may have timed out: SK-3 has what that owes. Names that are not of this form: an
 * author's own sink.
 */
export const lineageIsSettled: Oracle = {
  id: "SK-4",
  sentence:
    "A restore commits what its checkpoint holds and aborts all else of its lineage; no two pieces of work share a name.",
  expectation: "always",
  wants: { disks: ["coord"] },
  begin: setting => new Lineage(setting),
};

class Lineage implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  #prefixes: readonly { readonly sink: string; readonly prefix: string }[] | undefined;
  #attempt = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    for (const completed of this.#record.completedBy(observation)) {
      const violation = this.#collision(completed) ?? this.#firstOfAttempt(completed);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    const begun = new Set<string>();
    for (const { kind, transactionalId } of readHistory(this.#setting).transactions) {
      if (kind !== "begun" || this.#nameOf(transactionalId) === undefined) continue;
      this.checked++;
      if (begun.has(transactionalId)) return [broken("sink", `the transaction ${transactionalId} was begun twice`)];
      begun.add(transactionalId);
    }
    return [];
  }

  #collision({ id, metadata }: CompletedCheckpoint): Violation | undefined {
    const holders = new Map<string, string>();
    for (const { vertex, subtask, operators } of metadata?.subtasks ?? []) {
      for (const { uid, committables } of operators) {
        for (const item of (committables ?? []).flatMap(({ items }) => items)) {
          const name = JSON.stringify(item);
          const holder = `${uid} in ${vertex}[${subtask}]`;
          const other = holders.get(name);
          this.checked++;
          if (other !== undefined)
            return broken(uid, `in checkpoint ${id} both ${other} and ${holder} have prepared ${name}`);
          holders.set(name, holder);
        }
      }
    }
    return undefined;
  }

  #firstOfAttempt({ id, metadata }: CompletedCheckpoint): Violation | undefined {
    if (metadata === undefined || metadata.attempt <= this.#attempt) return undefined;
    this.#attempt = metadata.attempt;
    if (metadata.attempt === 1 || this.#setting.preparedMayExpire === true) return undefined;
    const history = readHistory(this.#setting);
    const work = workStates(history, this.#setting);
    const restored = this.#record.completed.findLast(older => older.id < id)?.metadata;
    const when = `when checkpoint ${id} of attempt ${metadata.attempt} was complete`;
    for (const { sink, name } of restored === undefined ? [] : preparedWork(restored, this.#setting)) {
      this.checked++;
      const state = work.get(name) ?? "not visible";
      if (state !== "committed")
        return broken(sink, `${name}, which checkpoint ${restored!.checkpoint} held, was ${state} ${when}`);
    }
    for (const [name, state] of work) {
      if (state !== "open" && state !== "prepared") continue;
      const known = this.#nameOf(name);
      if (known === undefined || known.generation >= metadata.attempt) continue;
      this.checked++;
      return broken(known.sink, `${name} of an earlier attempt was still ${state} ${when}`);
    }
    return undefined;
  }

  #nameOf(transactionalId: string): { readonly sink: string; readonly generation: number } | undefined {
    this.#prefixes ??= jobStructure(this.#setting)
      .nodes.filter(node => logSinkOf(node) !== undefined)
      .map(({ uid }) => ({ sink: uid, prefix: [this.#setting.job, uid].map(encodeURIComponent).join("/") }));
    const [number, subtask, generation, ...rest] = transactionalId.split("/").reverse();
    if (![number, subtask, generation].every(part => part !== undefined && /^\d+$/.test(part))) return undefined;
    const prefix = rest.reverse().join("/");
    const known = this.#prefixes.find(one => one.prefix === prefix);
    return known === undefined ? undefined : { sink: known.sink, generation: Number(generation) };
  }
}

function broken(where: string, message: string): Violation {
  return { claim: "SK-4", where, message };
}
