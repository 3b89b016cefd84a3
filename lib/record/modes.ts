/** What happens to an event without a UUID: it is rejected, any text of up to 512 bytes is taken, or a UUIDv5 is derived. */
export type InsertIdMode = 'uuid' | 'any' | 'derive';

/** What passing one of the vendor's limits means: a counted warning, a rejected event, or nothing. */
export type LimitsMode = 'warn' | 'reject' | 'off';

/** Parquet type of `identifiers`: the vendor's table says a map, its schema summary a string. */
export type IdentifiersMode = 'map' | 'json';

/**
 * Unit of epoch numbers; `auto` goes by their size: seconds below 1e11, ms below 1e14, µs below 1e17, else ns. With
 * `date` numbers are no epochs, but the digits of a date: 20230101 or 20230101093000.
 */
export type TimeUnit = 'auto' | 's' | 'ms' | 'us' | 'ns' | 'date';

/** Which of two moments a local time means that a clock change repeats. With `reject` the event is rejected. */
export type AmbiguousMode = 'reject' | 'earlier' | 'later';
