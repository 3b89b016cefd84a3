/**
 * The entries of a map column. A value is the text that will be in the file; an entry with null is dropped and
 * counted.
 */
export type EventMap = Record<string, string | null>;

/**
 * The event that user code gets: the vendor's columns, after the mapping and before validation. Every value is the
 * exact text of the source, with the escapes of strings decoded. This includes numbers, so that
 * `123456789012345678.123456` keeps its digits. Objects and arrays inside maps are JSON text. A column that the
 * source lacks is null or an empty map.
 *
 * If the source has an object or array for a scalar column, the value is that object or array. The event is rejected
 * unless user code replaces it.
 */
export interface HackleEvent {
  insert_id: string | null;
  event_key: string | null;
  /** ISO 8601 text or an epoch number. */
  ts: string | null;
  metric_value: string | null;
  identifiers: EventMap;
  event_properties: EventMap;
  user_properties: EventMap;
  platform_properties: EventMap;
}

/**
 * An event that user code returns: the fields of `HackleEvent`, with values of any type. A number becomes its JSON
 * text, a bigint its digits, a Date its ISO text, a Map an object, and other nested values JSON text. Undefined
 * counts as absent. Return decimals with many digits as strings, because a number would be rounded.
 */
export interface EventInput {
  insert_id?: unknown;
  event_key?: unknown;
  ts?: unknown;
  metric_value?: unknown;
  identifiers?: object | null | undefined;
  event_properties?: object | null | undefined;
  user_properties?: object | null | undefined;
  platform_properties?: object | null | undefined;
}

/**
 * User code that is called with each event. It returns an event, or an array of several (each counts as a row read),
 * or null or an empty array to leave the event out (it counts as filtered). It may change the event that it gets. It
 * must be synchronous.
 */
export type EventTransform = (event: HackleEvent) => EventInput | readonly EventInput[] | null;
