import { Body } from "../../rpc/body.ts";
import { replicaPath } from "../../services/file-store/stored-replica.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * DS-3: A half-written or unpublished file is never listed.
 *
 * Reads: what storage nodes list, for clients and for each other, against their disks. What a node lists was published
 * there, durably, at some time before the answer came; it may be on its way out since.
 *
 * Left out — nodes whose disks the plan damages: they list what they had.
 */
export const wholeIsListed: Oracle = {
  id: "DS-3",
  sentence: "A storage node lists no file before it lies on its disk whole and under its name, durably.",
  expectation: "always",
  wants: { frames: ["store.list", "store.inventory", "store.remove"] },
  begin: setting => new Listings(setting),
};

class Listings implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  /** Node → paths that were seen on its disk. */
  readonly #published = new Map<string, Set<string>>();
  /** Paths that somebody has asked away: they may have been there only between two looks. */
  readonly #removed = new Set<string>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  on(observation: Observation): Violation | undefined {
    return observation.kind === "frame" ? this.#frame(observation) : undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #frame({ from, frame }: FrameObservation): Violation | undefined {
    if (frame.method === "store.remove") {
      if (frame.type === "request")
        for (const path of new Body(frame.body()).list("paths")) this.#removed.add(String(path));
      return undefined;
    }
    if (frame.type !== "reply" || this.#setting.dishonestDisks?.has(from) === true) return undefined;
    const listed = new Body(frame.body()).list(frame.method === "store.list" ? "paths" : "files");
    for (const path of listed) {
      this.checked++;
      if (this.#wasPublished(from, String(path)) || this.#removed.has(String(path))) continue;
      return { claim: "DS-3", where: "storage", message: `${from} listed ${String(path)}, which is not on its disk` };
    }
    return undefined;
  }

  #wasPublished(node: string, path: string): boolean {
    let published = this.#published.get(node);
    if (published === undefined) this.#published.set(node, (published = new Set()));
    if (published.has(path)) return true;
    const { durable, folder } = this.#setting;
    if (durable(node).read(replicaPath(folder(node), path)) === undefined) return false;
    published.add(path);
    return true;
  }
}
