import type { KeyedState } from "../state/keyed-state.ts";
import { verifyStateFile } from "../state/state-file.ts";
import type { EpochCommittables } from "./operators/pending-commits.ts";
import type { OperatorSnapshot, StoredFile, TaskEnvironment } from "./task-contract.ts";

/**
 * What a subtask takes over from the restored checkpoint, by operator. It owns the rule of who takes what:
 * keyed state goes by key group; lists (splits, committables) of old subtask i go to subtask i modulo the parallelism.
 */
export class RestoredState {
  readonly #operators: readonly RestoredOperator[];
  readonly #contents: ReadonlyMap<string, Uint8Array>;

  private constructor(environment: TaskEnvironment, contents: ReadonlyMap<string, Uint8Array>) {
    const { restore, subtask, parallelism } = environment.deployment;
    this.#operators = restore.flatMap(({ files, operators, subtask: old }) =>
      operators.map(snapshot => ({ files, snapshot, inherits: old % parallelism === subtask })),
    );
    this.#contents = contents;
  }

  /** Reads and verifies the files, each once. */
  static async load(environment: TaskEnvironment): Promise<RestoredState> {
    const contents = new Map<string, Uint8Array>();
    for (const { files } of environment.deployment.restore) {
      for (const file of files) {
        if (contents.has(file.path)) continue;
        const bytes = await environment.storage.read(file);
        verifyStateFile(bytes);
        contents.set(file.path, bytes);
      }
    }
    return new RestoredState(environment, contents);
  }

  splits(uid: string): readonly unknown[] {
    return this.#of(uid).flatMap(({ snapshot, inherits }) => (inherits ? (snapshot.splits ?? []) : []));
  }

  /** In growing order of epochs. */
  committables(uid: string): readonly EpochCommittables[] {
    const epochs = this.#of(uid).flatMap(({ snapshot, inherits }) => (inherits ? (snapshot.committables ?? []) : []));
    return epochs.sort((a, b) => a.checkpoint - b.checkpoint);
  }

  keyed(uid: string, state: KeyedState): void {
    for (const { files, snapshot } of this.#of(uid)) {
      state.restore(snapshot.keyGroups ?? [], index => this.#contentsOf(files[index], uid));
    }
  }

  #of(uid: string): readonly RestoredOperator[] {
    return this.#operators.filter(({ snapshot }) => snapshot.uid === uid);
  }

  #contentsOf(file: StoredFile | undefined, uid: string): Uint8Array {
    const bytes = file === undefined ? undefined : this.#contents.get(file.path);
    if (bytes === undefined) throw new Error(`The snapshot of "${uid}" names a file that it does not have.`);
    return bytes;
  }
}

interface RestoredOperator {
  readonly files: readonly StoredFile[];
  readonly snapshot: OperatorSnapshot;
  /** The old subtask's lists are this one's. */
  readonly inherits: boolean;
}
