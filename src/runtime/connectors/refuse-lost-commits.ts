import { Unrecoverable } from "../api/unrecoverable.ts";

/**
 * A sink's own witness. What it has committed belongs to a complete checkpoint, and a job goes on from its newest complete
 * checkpoint: work that was committed for a later one shows that the coordination service has lost that checkpoint (its
 * disk lied about a sync, or was put back from a copy). Going on would commit the same records again.
 *
 * So the name of each piece of work says after which checkpoint its epoch began, and a sink that opens looks at all that
 * its operator has ever committed. An epoch that began with the restored checkpoint or later cannot be among it.
 */
export function refuseLostCommits(
  committed: readonly { readonly name: string; readonly after: number }[],
  restoredCheckpoint: number,
): void {
  const lost = committed.find(({ after }) => after >= restoredCheckpoint);
  if (lost === undefined) return;
  const from = restoredCheckpoint === 0 ? "from its beginning" : `from checkpoint ${restoredCheckpoint}`;
  throw new Unrecoverable(
    `${lost.name} is committed, so a checkpoint after ${lost.after} was complete, and the job goes on ${from}: that checkpoint is lost`,
  );
}
