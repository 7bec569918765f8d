import { Unrecoverable } from "../api/unrecoverable.ts";

/**
 * A sink's own witness. What it has committed belongs to a complete checkpoint, and a job goes on from its newest complete
 * checkpoint: work that was committed for a later one shows that the coordination service has lost that checkpoint (its
 * disk lied about a sync, or was put back from a copy). Going on would commit the same records again.
 *
 * So the name of each piece of work says after which checkpoint its epoch began, and a sink that opens looks at all that
 * its operator has ever committed. An epoch that began with the restored checkpoint or later cannot be among it. Nor can
 * that of a job without checkpoints, which commits at its end, and for which there is no going back behind that.
 */
export function refuseLostCommits(
  committed: readonly { readonly name: string; readonly after: number }[],
  restoredCheckpoint: number,
): void {
  const lost = committed.find(({ after }) => after >= restoredCheckpoint);
  if (lost === undefined) return;
  const [from, lacks] =
    restoredCheckpoint === 0
      ? ["from its beginning", "that checkpoint is lost, or the job takes none (env.enableCheckpointing)"]
      : [`from checkpoint ${restoredCheckpoint}`, "that checkpoint is lost"];
  throw new Unrecoverable(
    `${lost.name} is committed, so a checkpoint after ${lost.after} was complete, and the job goes on ${from}: ${lacks}`,
  );
}
