/**
 * What a network fault has changed so far: the efficacy ledger's evidence. A fault that leaves all of it at zero has
 * had no effect. The fault's owner makes one, hands it to the device, and reads it after the run.
 */
export class NetEffect {
  segmentsHeld = 0;
  bytesHeld = 0;
  segmentsDelayed = 0;
  bytesLost = 0;
  connectionsReset = 0;
  connectionsTimedOut = 0;
  segmentsCorrupted = 0;
  messagesLost = 0;
  messagesDelayed = 0;
  #firstAtUs: number | undefined;
  #lastAtUs: number | undefined;

  /** When it changed something for the first time, or undefined. */
  get firstAtUs(): number | undefined {
    return this.#firstAtUs;
  }

  get lastAtUs(): number | undefined {
    return this.#lastAtUs;
  }

  held(atUs: number, bytes: number): void {
    this.segmentsHeld++;
    this.bytesHeld += bytes;
    this.#happened(atUs);
  }

  delayed(atUs: number): void {
    this.segmentsDelayed++;
    this.#happened(atUs);
  }

  reset(atUs: number): void {
    this.connectionsReset++;
    this.#happened(atUs);
  }

  /** On a connection that is reset. */
  lost(bytes: number): void {
    this.bytesLost += bytes;
  }

  timedOut(atUs: number): void {
    this.connectionsTimedOut++;
    this.#happened(atUs);
  }

  corrupted(atUs: number): void {
    this.segmentsCorrupted++;
    this.#happened(atUs);
  }

  messageLost(atUs: number): void {
    this.messagesLost++;
    this.#happened(atUs);
  }

  messageDelayed(atUs: number): void {
    this.messagesDelayed++;
    this.#happened(atUs);
  }

  #happened(atUs: number): void {
    this.#firstAtUs ??= atUs;
    this.#lastAtUs = atUs;
  }
}

export function noNetEffect(): NetEffect {
  return new NetEffect();
}

/** Ends a fault. Calling it again does nothing. */
export type Cure = () => void;
