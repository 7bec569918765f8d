/**
 * How a call to what lies outside of the process ends, when it does not end well: a caller reckons with it. It is made in
 * an event of the device or of the connection, whose stack shows an event loop and never the caller, so none is taken
 * (those of `node:fs/promises` have none either): a run meets dozens, and a stack costs as much as a message.
 */
export class OutcomeError extends Error {
  constructor(message: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
  }
}
