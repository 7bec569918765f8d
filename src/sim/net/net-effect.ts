/**
 * What a network fault has changed so far: the efficacy ledger's evidence. A fault that leaves all of it at zero has
 * had no effect. The fault's owner makes one, hands it to the device, and reads it after the run.
 */
export interface NetEffect {
  segmentsHeld: number;
  bytesHeld: number;
  segmentsDelayed: number;
  bytesLost: number;
  connectionsReset: number;
  connectionsTimedOut: number;
}

export function noNetEffect(): NetEffect {
  return {
    segmentsHeld: 0,
    bytesHeld: 0,
    segmentsDelayed: 0,
    bytesLost: 0,
    connectionsReset: 0,
    connectionsTimedOut: 0,
  };
}

/** Ends a fault. Calling it again does nothing. */
export type Cure = () => void;
