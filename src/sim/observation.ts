/**
 * What devices saw. Oracles judge safety on these and never on what the runtime says of itself (invariants.md, SI-7).
 *
 * A device makes an observation only when somebody subscribed to its kind, so that a run without that oracle pays nothing.
 */
export type Observation =
  | FrameObservation
  | DiskObservation
  | {
      readonly kind: "process";
      readonly atUs: number;
      readonly role: string;
      readonly incarnation: number;
      readonly what: ProcessChange;
    }
  | {
      readonly kind: "machine";
      readonly atUs: number;
      readonly machine: string;
      readonly what: "power-loss" | "power-on";
    };

export type ProcessChange = "started" | "killed" | "crashed" | "exited" | "paused" | "resumed";

/** A whole frame that was handed to the receiving process, as the frame classifier named it. */
export interface FrameObservation {
  readonly kind: "frame";
  readonly atUs: number;
  readonly from: string;
  readonly to: string;
  readonly toIncarnation: number;
  /** Number of the connection, the same at both ends and for this one connection alone. */
  readonly connection: number;
  readonly frame: ClassifiedFrame;
}

/** What a frame classifier makes of the bytes of one frame; `world` gives the simulated network one for rpc frames. */
export interface ClassifiedFrame {
  readonly type: "request" | "reply" | "fault" | "data";
  /** `checkpoint.acknowledge`, `coord.compare-and-set`, …; for data frames the kind of buffer. */
  readonly method: string;
  readonly call: number;
  /** Decodes the body; only when wanted. */
  body(): unknown;
}

/** A disk operation that took effect on the page cache (write, truncate, rename, …) or made things durable (sync…). */
export interface DiskObservation {
  readonly kind: "disk";
  readonly atUs: number;
  readonly machine: string;
  readonly role: string;
  readonly operation: "create" | "write" | "truncate" | "rename" | "unlink" | "sync" | "sync-directory";
  readonly path: string;
  /** For a rename: the new path. */
  readonly to?: string | undefined;
  /** For a write: where, and the bytes, valid only during the call. For a truncate: the new length, absent for 0. */
  readonly position?: number | undefined;
  readonly bytes?: Uint8Array | undefined;
}

/** What a machine's disk would still hold if it lost power now, under the harshest persistence model. */
export interface DurableView {
  /** The synced bytes of a file whose name is durable too, or undefined. */
  read(path: string): Uint8Array | undefined;
  /** Durable file paths below a folder, sorted by code unit. */
  list(folder: string): readonly string[];
}
