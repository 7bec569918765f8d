import type { Case } from "../world/case.ts";
import type { IndexedRun } from "./case-line.ts";
import type { Pilot } from "./pilot.ts";

/** Parent → worker. */
export type WorkerOrder =
  | { readonly kind: "setup"; readonly setup: unknown }
  | PilotFlown
  | { readonly kind: "play"; readonly index: number }
  /** Says what the case is; then plays it, if told to, and writes each event to the file before the next one happens. */
  | { readonly kind: "trace"; readonly index: number; readonly file: string; readonly play: boolean };

/**
 * Worker → parent. `ready`: the scenarios are loaded, standing still counts from now on. `alive`: every second, as long as
 * cases give the thread back. `refused` ends the campaign: the worker could not even load the scenarios.
 */
export type WorkerAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "alive" }
  | PilotFlown
  | { readonly kind: "played"; readonly run: IndexedRun }
  | { readonly kind: "case"; readonly played: Case }
  | { readonly kind: "traced" }
  | { readonly kind: "refused"; readonly message: string };

/** What one worker has flown no other need fly: the parent hands it on. The name is that of pilots.ts. */
export interface PilotFlown {
  readonly kind: "pilot";
  readonly name: string;
  readonly pilot: Pilot;
}

/** Whose file descriptor a worker has for its standard output: a job that prints must not write into its parent's results. */
export const STANDARD_ERROR = 2;
