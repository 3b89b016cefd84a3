/** Entries of a map column. A value is text as the file gets it; null stands for an entry that is dropped and counted. */
export type EventMap = Record<string, string | null>;

/**
 * An event as user code sees it: the vendor's columns, after the mapping and before anything is checked.
 * Every value is text exactly as it stands in the source (strings without their escapes), numbers too,
 * so that `123456789012345678.123456` keeps its digits; objects and arrays inside maps are JSON text.
 * What the source lacks is null or an empty map.
 *
 * An object or array where a text is due is here as it is; the event is rejected unless user code
 * replaces it.
 */
export interface HackleEvent {
  insert_id: string | null;
  event_key: string | null;
  /** ISO 8601 or an epoch number. */
  ts: string | null;
  metric_value: string | null;
  identifiers: EventMap;
  event_properties: EventMap;
  user_properties: EventMap;
  platform_properties: EventMap;
}

/**
 * What user code may give back: the same fields, with values of any kind. Numbers become their JSON text,
 * a bigint all its digits, a Date its ISO text, a Map an object, other nested values JSON text; undefined
 * counts as absent. Give decimals with many digits as text.
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
 * User code: one event in; out come one event, several (each counts as a row read), or none (null or an
 * empty array: the event is counted as filtered). It may change the event that it gets. It is synchronous.
 */
export type EventTransform = (event: HackleEvent) => EventInput | readonly EventInput[] | null;
