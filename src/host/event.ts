/**
 * The envelope of events. It owns what all events have in common; the runtime, the services and the simulated
 * devices each declare their own union on top of it. Names are semantic (`checkpoint.trigger`, `barrier.align`),
 * so that a fault plan anchored to them survives a change of the code's timing.
 *
 * Oracles for safety never read events (invariants.md, SI-7): events serve triggers, coverage and story.
 */
export interface HostEvent {
  /** `noun.verb`, kebab-case parts: `sink.commit`, `leader.elect`. */
  readonly event: string;
  /** The subtask it is about, as `vertex[index]`, where there is one. */
  readonly subtask?: string;
  readonly checkpoint?: number;
  readonly attempt?: number;
  /** Further words, plain data. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}
