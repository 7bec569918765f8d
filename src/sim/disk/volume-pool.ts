import { Volume } from "memfs";

/**
 * Volumes that wait to be used again. It owns their reuse and nothing of what lies on them.
 *
 * Making a memfs volume costs 40–60 µs, clearing one 3 µs, and a world has one for each machine that writes.
 * Law: a cleared volume equals a new one.
 */
export class VolumePool {
  readonly #idle: VolumeCore[] = [];
  readonly #idleMax: number;

  constructor(options: { readonly idleMax?: number } = {}) {
    this.#idleMax = options.idleMax ?? 64;
  }

  get idle(): number {
    return this.#idle.length;
  }

  /** An empty volume: one of the pool, else a new one. */
  take(): VolumeCore {
    return this.#idle.pop() ?? newVolume();
  }

  /** Gives a volume back. Its tree is dropped at once, so that an idle volume holds no file's bytes. */
  give(volume: VolumeCore): void {
    volume.reset();
    if (this.#idle.length < this.#idleMax) this.#idle.push(volume);
  }
}

/** A new volume's root is its own parent, a cleared one's has none: clearing it makes the two equal. */
function newVolume(): VolumeCore {
  const volume = new Volume()._core;
  volume.reset();
  return volume;
}

/** Volumes of all disks in this thread. It holds empty volumes only, so that sharing it shares nothing. */
export const sharedVolumes = new VolumePool();

/**
 * What the disk uses of memfs is the tree below its `fs` calls: links (names) and nodes (contents). Measured for write,
 * rename and read back of one small file: 8 µs this way, 35 µs through its synchronous descriptor calls. It also keeps
 * memfs's process-wide descriptor numbers out of every run.
 */
export type VolumeCore = Volume["_core"];
export type VolumeLink = VolumeCore["root"];
export type VolumeNode = VolumeLink["node"];
