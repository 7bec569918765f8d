/** When which file came to a storage node and went: by it a listing can be told as it was a while ago. */
export class ListingHistory {
  readonly #files = new Map<string, { readonly putUs: number; removedUs: number }>();

  put(path: string, atUs: number): void {
    if (!this.#files.has(path)) this.#files.set(path, { putUs: atUs, removedUs: Infinity });
  }

  removed(path: string, atUs: number): void {
    const file = this.#files.get(path);
    if (file !== undefined && file.removedUs === Infinity) file.removedUs = atUs;
  }

  /** The listing `paths` without what has come since, and with what has gone since, as far as `concerns` says of each. */
  asOf(
    atUs: number,
    prefix: string,
    paths: readonly string[],
    concerns: (path: string) => boolean = () => true,
  ): StaleListing {
    const fresh = new Set<string>();
    const gone: string[] = [];
    for (const [path, { putUs, removedUs }] of this.#files) {
      if (!concerns(path)) continue;
      if (putUs > atUs) fresh.add(path);
      else if (removedUs !== Infinity && removedUs > atUs && path.startsWith(prefix)) gone.push(path);
    }
    const lacking = paths.filter(path => fresh.has(path));
    const left = paths.filter(path => !fresh.has(path));
    return { paths: [...new Set([...left, ...gone])].sort(), lacking, gone };
  }
}

export interface StaleListing {
  readonly paths: readonly string[];
  /** Files that it should have. */
  readonly lacking: readonly string[];
  /** Files that it should not have any more. */
  readonly gone: readonly string[];
}
