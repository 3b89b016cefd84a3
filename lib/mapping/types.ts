import type { TextFormat } from '../parse/formats.ts';
import type { TimeUnit } from '../record/modes.ts';

/**
 * Where one value comes from: the path of a field, `"order.id"` or `{ "path": "order.id" }`, or a
 * constant text, `{ "const": "KRW" }`.
 *
 * A path is the names of members divided by dots. A dot inside a name is written `\.`, in a JSON file
 * `"utm\\.source"`. Paths lead through objects, not into arrays.
 */
export type Source = string | { path: string } | { const: string };

/**
 * One source, or a list of fall-backs: the first that is present and not null in an event is taken.
 * A constant is always there, so it can only be the last.
 */
export type Sources = Source | readonly Source[];

/** `ts` with what its text or numbers mean. */
export interface TimestampMapping {
  path: Sources;
  /** Path of the time of day (`21:02:31`), where `path` is the date alone (`2023-01-01`). */
  time?: string | undefined;
  /** Of numbers and digit strings. Default `auto`. */
  unit?: TimeUnit | undefined;
  /**
   * IANA name such as `Asia/Seoul`: the zone of times that state none; default UTC. A local time that a
   * clock change skips or repeats rejects the event.
   */
  timezone?: string | undefined;
  /**
   * `local`: numbers count from 1970 by the clock of `timezone`, as some exports have them. Default `utc`,
   * which is what an epoch is.
   */
  epochs?: 'utc' | 'local' | undefined;
}

/** `insert_id` with how one is made for an event that has no UUID. */
export interface InsertIdMapping {
  /** Absent: every id is derived. */
  path?: string | readonly (string | { path: string })[] | undefined;
  /**
   * An event without a UUID gets a UUIDv5 of its raw text (`"raw"`) or of these fields (a list of
   * paths), so that a second run gives the same ids. Events equal in what the id is derived from get
   * the same id, and the vendor counts them once.
   */
  derive?: 'raw' | readonly string[] | undefined;
  /** Put before what the id is derived from, so that two kinds of events never get the same. */
  name?: string | undefined;
  /**
   * An id that is no UUID is derived from itself (and `name`) alone, however else the event looks; the
   * fields of `derive` are for events without any id. Default false.
   */
  fromId?: boolean | undefined;
  /** The event property that gets the source's own id where that is no UUID; where not given, it is left out. */
  keep?: string | undefined;
}

/**
 * An array of pairs, `[{"key": "page", "value": {"string_value": "/"}}, …]`: each element becomes an entry.
 * An event is rejected where the path holds anything but an array or null, and where an element is no
 * object or has no key that is a text, number, true or false. Of a key that comes again the last counts.
 */
export interface PairsMapping {
  /** Path of the array. */
  path: string;
  /** Path of the key within an element. Default `key`. */
  key?: string | undefined;
  /**
   * Paths of the value within an element: the first that is there and not null is taken. An element
   * without one counts as null. Default `value`.
   */
  value?: string | readonly string[] | undefined;
  /** Only these keys, as the source writes them. Default: all. */
  only?: readonly string[] | undefined;
}

/** How a map column is filled. The parts add up; where two give the same key, the later one wins and `keys` wins over all. */
export interface MapMapping {
  /**
   * Paths of objects whose every member becomes an entry, also members that another column uses too.
   * `""` or `"."` is the event itself. An event where such a path holds anything but an object or null
   * is rejected.
   */
  objects?: readonly string[] | undefined;
  /** Arrays of pairs, whose elements become entries. */
  pairs?: readonly PairsMapping[] | undefined;
  /** Single entries: the key they get → their source. A key none of whose sources is there gives no entry. */
  keys?: Readonly<Record<string, Sources>> | undefined;
  /**
   * Every member of the event that no column uses: no scalar, `objects`, `keys` or `derive` of any map.
   * An object that is used in part gives its unused members, under dotted keys such as `context.locale`.
   */
  rest?: boolean | undefined;
  /**
   * Paths that `objects` and `rest` never write to this map; `keys` still may. Of an object with
   * something excluded inside, the other members go in under dotted keys.
   */
  exclude?: readonly string[] | undefined;
  /** Nested objects and arrays become dotted keys instead of JSON text. Default: the option of that name. */
  flatten?: boolean | undefined;
  /**
   * Key → constant text, for events that give the key no value by any of the other parts. Keys are
   * compared in lower case; an empty text is a value, null is none.
   */
  defaults?: Readonly<Record<string, string>> | undefined;
}

/** How inputs are written, as the options of these names say it. */
export interface InputMapping {
  format?: TextFormat | undefined;
  jsonPath?: string | undefined;
  columns?: readonly string[] | undefined;
  delimiter?: string | undefined;
  quote?: string | undefined;
}

/**
 * Which fields of your events feed which column. Everything not named is left out; fields left out are
 * counted by name in the report.
 *
 * Required by the vendor in every event: `insert_id` (or a `derive`), `event_key`, `ts`, `id` and
 * `device_id` in `identifiers`, `osname` and `appversion` in `platform_properties`. What your events do
 * not have can be given as a constant.
 */
export interface EventMapping {
  /** Notes for whoever reads the mapping. */
  about?: string | readonly string[] | undefined;
  /** How the inputs are written, where the run's own options do not say it. */
  input?: InputMapping | undefined;
  /** The event's UUID, by which the vendor drops duplicates; no constants. */
  insert_id?: string | readonly (string | { path: string })[] | InsertIdMapping | undefined;
  /** The event's name. */
  event_key: Sources;
  /** When it happened: ISO 8601 text or an epoch number. */
  ts: Sources | TimestampMapping;
  /** A number for sums and averages; absent or null is 0. */
  metric_value?: Sources | undefined;
  /** Who: needs `id` and `device_id`. A path alone is short for `{ "objects": [path] }`, here and below. */
  identifiers: string | MapMapping;
  /** What happened. */
  event_properties?: string | MapMapping | undefined;
  /** To whom. */
  user_properties?: string | MapMapping | undefined;
  /** On what: needs `osname` and `appversion`. */
  platform_properties: string | MapMapping;
  /**
   * Paths of strings that hold JSON. Where such a string holds an object or array, that stands in its
   * place, for every path and column of the mapping; numbers keep their text. A blank string, or `null`,
   * is null. A string that holds anything else stays a string.
   */
  parse?: readonly string[] | undefined;
  /**
   * Path → texts: only events that have one of these texts there are taken, `{"type": ["track"]}`; all
   * others count as filtered, and nothing more is asked of them. With several paths an event needs them all.
   */
  only?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The fields of a map column whose mapping may be a path alone. */
export function mapForm(map: string | MapMapping | undefined): MapMapping {
  return typeof map === 'string' ? { objects: [map] } : (map ?? {});
}
