import type { TextFormat } from '../parse/formats.ts';
import type { AmbiguousMode, TimeUnit } from '../record/modes.ts';

/** A field as the source of a value. */
export interface FieldSource {
  /** Path of the field; with `item`, of an array. */
  path: string;
  /**
   * Path inside the array's elements, which are objects: the value is that of the first element in which it is present
   * and not null.
   */
  item?: string | undefined;
  /**
   * Texts that count as no value, as an empty string does then: `["-1"]` where the source writes -1 for events
   * without a session.
   */
  absent?: readonly string[] | undefined;
}

/**
 * The source of a value: the path of a field, as `"order.id"` or `{ "path": "order.id" }`, or a constant string,
 * `{ "const": "KRW" }`.
 *
 * A path is member names separated by dots. A dot inside a name is written `\.`, in a JSON file `"utm\\.source"`.
 * Paths lead through objects; `item` leads into the elements of an array.
 */
export type Source = string | FieldSource | { const: string };

/**
 * One source, or a list of fall-backs: the value is that of the first source that is present and not null in an
 * event. In a list, and for identifiers, an empty string counts as absent. A constant always has a value, so it can
 * only be last.
 */
export type Sources = Source | readonly Source[];

/** `ts`, with the meaning of its strings or numbers. */
export interface TimestampMapping {
  path: Sources;
  /** Path of the time of day (`21:02:31`), if `path` is only the date (`2023-01-01`). */
  time?: string | undefined;
  /**
   * Unit of numbers and of digit strings. Default `auto`, which chooses a unit by the size of each number, and rejects
   * digits that are a date. `date`: the digits are a date, `20230101` or `20230101093000`.
   */
  unit?: TimeUnit | undefined;
  /**
   * Format of the times, such as `DD/MMM/YYYY:HH:mm:ss ZZ`, in these tokens: `YYYY`; `MM` or `M`, `MMM` (Jan); `DD` or
   * `D`; `ddd` (Mon, ignored); `HH` or `H`, or `hh` or `h` with `A` (AM, PM); `mm`; `ss`; `S` (digits of a second's
   * fraction); `Z` or `ZZ` (`Z`, `UTC` or an offset, with a colon or without). Other letters are in brackets, `[T]`. A
   * time without hours is midnight. Default: ISO 8601 or an epoch number.
   */
  format?: string | undefined;
  /**
   * IANA time zone, such as `Asia/Seoul`, of times that state none. Default UTC. A local time that a clock change
   * skips rejects the event.
   */
  timezone?: string | undefined;
  /** Which moment a local time of `timezone` means that a clock change repeats. Default `reject`: no one knows. */
  ambiguous?: AmbiguousMode | undefined;
  /**
   * `local` if numbers count from 1970 in local time of `timezone`, as in some exports. Default `utc`, as epochs are
   * defined.
   */
  epochs?: 'utc' | 'local' | undefined;
}

/** `insert_id`, and how it is derived for an event that has no UUID. */
export interface InsertIdMapping {
  /** Paths of the id: the first that is present, not null and not empty. Absent: every id is derived. */
  path?: string | readonly (string | FieldSource)[] | undefined;
  /**
   * An event without a UUID gets a UUIDv5 that is derived from its raw text (`"raw"`) or from these fields (a list of
   * paths), so that a second run gives it the same id. Events that are equal there get the same id, and the vendor
   * counts them once.
   */
  derive?: 'raw' | readonly string[] | undefined;
  /**
   * Text that precedes what the id is derived from, so that two kinds of events never get the same id. Like `fromId`
   * and `keep`, it needs `derive`.
   */
  name?: string | undefined;
  /**
   * Whether an id that is not a UUID is replaced by one derived only from itself (and `name`), whatever else is in
   * the event; a list of paths names fields without which the id is not unique. The fields of `derive` are then used
   * only for events without any id. Default false.
   */
  fromId?: boolean | readonly string[] | undefined;
  /** Event property that keeps an id that is not a UUID. Default: such an id is not kept. */
  keep?: string | undefined;
}

/**
 * An array of pairs, `[{"key": "page", "value": {"string_value": "/"}}, …]`: each element becomes an entry. An event
 * is rejected if the path holds anything but an array or null, if an element is not an object, or if an element's key
 * is not a string, number, true or false. If a key is repeated, the last element wins.
 */
export interface PairsMapping {
  /** Path of the array. */
  path: string;
  /** Path of the key within an element. Default `key`. */
  key?: string | undefined;
  /**
   * Paths of the value within an element: the first that is present and not null. An element without a value counts
   * as null. Default `value`.
   */
  value?: string | readonly (string | FieldSource)[] | undefined;
  /** Keys that are wanted, spelled as in the source. Default: all. */
  only?: readonly string[] | undefined;
}

/**
 * How a map column is filled. All parts contribute entries. If two give the same key, the later one wins, and `keys`
 * always wins.
 */
export interface MapMapping {
  /**
   * Paths of objects. Every member becomes an entry, even if another column uses it too. `""` or `"."` is the event
   * itself. An event is rejected if such a path holds anything but an object or null, unless it is in `otherwise`.
   */
  objects?: readonly string[] | undefined;
  /**
   * Entries by key, each with those paths of `objects` that may hold something else, such as a text: it becomes the
   * entry instead of rejecting the event. In CSV, so does text that begins like an object and is none.
   */
  otherwise?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Arrays of pairs, whose elements become entries. */
  pairs?: readonly PairsMapping[] | undefined;
  /** Entries by key, each with its sources. There is no entry if no source has a value. */
  keys?: Readonly<Record<string, Sources>> | undefined;
  /**
   * Whether every member that nothing in the mapping uses becomes an entry. If an object is used in part, its unused
   * members become entries under dotted keys such as `context.locale`. Default false.
   */
  rest?: boolean | undefined;
  /**
   * Paths that `objects` and `rest` never write to this map; `keys` still may. If an object has an excluded member,
   * its other members become entries under dotted keys.
   */
  exclude?: readonly string[] | undefined;
  /** Whether nested objects and arrays become dotted keys instead of JSON text. Default: the option `flatten`. */
  flatten?: boolean | undefined;
  /**
   * Constant strings by key, for events in which no other part gives the key a value. Keys are compared in lower
   * case. Null and an empty string are no values.
   */
  defaults?: Readonly<Record<string, string>> | undefined;
}

/** How the inputs are written: the options of the same names. */
export interface InputMapping {
  format?: TextFormat | undefined;
  jsonPath?: string | undefined;
  columns?: readonly string[] | undefined;
  delimiter?: string | undefined;
  quote?: string | undefined;
  comment?: string | undefined;
}

/**
 * Says which fields of your events fill which column. All other fields are left out, and the report counts them by
 * name.
 *
 * The vendor requires in every event: `insert_id` (or `derive`), `event_key`, `ts`, `id` and `device_id` in
 * `identifiers`, `osname` and `appversion` in `platform_properties`. A constant can replace a field that your events
 * do not have.
 */
export interface EventMapping {
  /** Notes for readers of the mapping. Ignored. */
  about?: string | readonly string[] | undefined;
  /** How the inputs are written. The options of a run override it. */
  input?: InputMapping | undefined;
  /** The event's UUID, by which the vendor drops duplicates. Cannot be a constant. */
  insert_id?: string | readonly (string | FieldSource)[] | InsertIdMapping | undefined;
  /** The event's name. */
  event_key: Sources;
  /** The time of the event: ISO 8601 text or an epoch number. */
  ts: Sources | TimestampMapping;
  /** A number for sums and averages. Absent or null means 0. */
  metric_value?: Sources | undefined;
  /** Who: requires `id` and `device_id`. In each map column, a path alone is short for `{ "objects": [path] }`. */
  identifiers: string | MapMapping;
  /** Properties of the event: what happened. */
  event_properties?: string | MapMapping | undefined;
  /** Properties of the user. */
  user_properties?: string | MapMapping | undefined;
  /** Properties of the device or platform: requires `osname` and `appversion`. */
  platform_properties: string | MapMapping;
  /**
   * Paths of strings that contain JSON. If such a string contains an object or array, this replaces the string for
   * every path and column of the mapping; numbers keep their text. A blank string, or one that contains `null`,
   * becomes null. Any other string stays a string.
   */
  parse?: readonly string[] | undefined;
  /**
   * Whether the source is Avro, written as JSON by Avro's own encoding: `{"string": "x"}` for a value of a union. Such
   * an object counts as the value in it. Default false.
   */
  avroUnions?: boolean | undefined;
  /**
   * Allowed strings by path, such as `{"type": ["track"]}`. Only events that have an allowed string at every path are
   * imported. All others count as filtered, and are not validated.
   */
  only?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Expands the mapping of a map column that may be only a path. */
export function mapForm(map: string | MapMapping | undefined): MapMapping {
  return typeof map === 'string' ? { objects: [map] } : (map ?? {});
}
