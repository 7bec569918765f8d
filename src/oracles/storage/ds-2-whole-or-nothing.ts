import { crc32c } from "../../rpc/crc32c.ts";
import { Body } from "../../rpc/body.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import type { Oracle, OracleFold, Violation } from "../oracle.ts";

/**
 * DS-2: A rotten replica is never returned.
 *
 * Reads: the contents that storage nodes were handed for a path, and those that they hand out for it, to clients and to
 * each other: what comes out went in, whatever became of the disk meanwhile.
 *
 * Left out — that a rotten replica is repaired: DS-1 and CC-8 see the file that is gone with the last whole one.
 */
export const wholeOrNothing: Oracle = {
  id: "DS-2",
  sentence: "What a storage node returns for a file is what was put under its name, or it says that it has none.",
  expectation: "always",
  wants: { frames: ["store.put", "store.get"] },
  begin: () => new Contents(),
};

class Contents implements OracleFold {
  checked = 0;
  /** Path → what was put: more than one where a put was refused since the name was taken. */
  readonly #put = new Map<string, Set<string>>();
  /** `connection/call` → path that was asked for. */
  readonly #asked = new Map<string, string>();

  on(observation: Observation): Violation | undefined {
    if (observation.kind !== "frame") return undefined;
    const { frame } = observation;
    if (frame.type === "request") {
      const body = new Body(frame.body());
      const path = body.text("path");
      if (frame.method === "store.get") this.#asked.set(callOf(observation), path);
      else this.#note(path, body.bytes("bytes"));
      return undefined;
    }
    if (frame.method !== "store.get") return undefined;
    const path = this.#asked.get(callOf(observation));
    this.#asked.delete(callOf(observation));
    return path === undefined || frame.type !== "reply" ? undefined : this.#judge(path, observation);
  }

  end(): readonly Violation[] {
    return [];
  }

  #note(path: string, bytes: Uint8Array): void {
    let known = this.#put.get(path);
    if (known === undefined) this.#put.set(path, (known = new Set()));
    known.add(imageOf(bytes));
  }

  #judge(path: string, { from, frame }: FrameObservation): Violation | undefined {
    const reply = new Body(frame.body());
    if (reply.text("state") !== "present") return undefined;
    this.checked++;
    const known = this.#put.get(path);
    const returned = imageOf(reply.bytes("bytes"));
    if (known?.has(returned) === true) return undefined;
    return {
      claim: "DS-2",
      where: "storage",
      message: `${from} returned for ${path} what nobody had put there`,
      expected: [...(known ?? ["no such file"])].join(" or "),
      actual: returned,
    };
  }
}

/** Both frames of a call travel on one connection. */
function callOf({ connection, frame }: FrameObservation): string {
  return `${connection}/${frame.call}`;
}

function imageOf(bytes: Uint8Array): string {
  return `${bytes.length} bytes with CRC-32C ${crc32c(bytes).toString(16)}`;
}
