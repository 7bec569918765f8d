/** What a record may be keyed by: values with one canonical encoding, the same in every process and version. */
export type Key = string | number | bigint | boolean | readonly Key[];

/** Must give the same key for the same record, always. */
export type KeySelector<T, K extends Key = Key> = (record: T) => K;
