import type { CommittedRecord } from "../reference/committed-pool.ts";

/** A record that readers of a sink's output see. */
export interface VisibleRecord extends CommittedRecord {
  /**
   * What the sink prepared and committed as one, by its name: a transaction, a part file. Undefined: written at once, by
   * a sink without commits.
   */
  readonly work: string | undefined;
}
