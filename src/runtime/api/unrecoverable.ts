/**
 * Thrown by a function, source or sink to say that no restart brings back what is lost: the job fails at once, with this
 * cause, whatever its restart strategy allows. (Flink: `SuppressRestartsException`.)
 */
export class Unrecoverable extends Error {
  override readonly name: string = "Unrecoverable";
}
