import type { FilterCode, RejectCode, WarningCode } from '../lib/codes.ts';

/** A reject code in words: what is wrong with such events, and what can be done. */
interface RejectWords {
  what: string;
  todo: string;
}

const FIX_SOURCE = 'Have whoever writes the log write it.';
/** Where another name of a field is told, unless there is a mapping already. */
export const MAPPING_PLACE = 'in a mapping (--mapping)';
const MAP_IT = `If the field has another name, say so ${MAPPING_PLACE}.`;
const LIMIT = 'With --limits warn such events are written and only counted.';

export const REJECT_WORDS: Readonly<Record<RejectCode, RejectWords>> = {
  invalid_json: {
    what: 'not valid JSON',
    todo: 'Often a line that was cut off, or lines that two programs wrote at once.',
  },
  invalid_utf8: { what: 'not valid UTF-8', todo: 'Convert the file: iconv -f ENCODING -t UTF-8.' },
  not_an_object: { what: 'JSON, but no object', todo: 'Each line has to be one JSON object.' },
  too_deep: { what: 'nested too deeply', todo: 'More than 512 levels are no event.' },
  line_too_long: { what: 'line too long', todo: 'Raise --max-line if such lines are meant to be.' },
  insert_id_missing: {
    what: 'no insert_id',
    todo: `${MAP_IT} Exports of other tools have a --preset, events inside a document a --json-path.`,
  },
  insert_id_invalid: {
    what: 'insert_id is no UUID',
    todo: '--insert-id any takes it as it is, derive makes one.',
  },
  event_key_missing: { what: 'no event_key', todo: MAP_IT },
  event_key_invalid: {
    what: 'event_key is no text',
    todo: 'Map event_key to the field with the name of the event.',
  },
  ts_missing: { what: 'no ts', todo: MAP_IT },
  ts_invalid: {
    what: 'ts cannot be read',
    todo: 'It has to be ISO 8601 with a time of day, on a day that exists, or an epoch number; a mapping can tell the unit.',
  },
  ts_out_of_range: {
    what: 'ts outside the years 1 to 9999',
    todo: 'A mapping can tell the unit of epoch numbers.',
  },
  ts_not_in_timezone: {
    what: 'ts is skipped or comes twice when clocks change',
    todo: 'Write times with their offset, such as +09:00.',
  },
  metric_value_invalid: {
    what: 'metric_value is no number',
    todo: 'Without thousands separators or units, please.',
  },
  metric_value_out_of_range: {
    what: 'metric_value has more than 18 integer digits',
    todo: 'The column is decimal(24,6).',
  },
  identifier_id_missing: {
    what: 'identifiers without id',
    todo: `${MAP_IT} The vendor's SDKs use the device id where there is none.`,
  },
  identifier_device_id_missing: { what: 'identifiers without device_id', todo: MAP_IT },
  platform_osname_missing: {
    what: 'platform_properties without osname',
    todo: `${FIX_SOURCE} Or give such events one: --set platform_properties.osname=…`,
  },
  platform_appversion_missing: {
    what: 'platform_properties without appversion',
    todo: `${FIX_SOURCE} Or give such events one: --set platform_properties.appversion=…`,
  },
  map_not_an_object: {
    what: 'a map column that is no JSON object',
    todo: 'Its field has to be an object. In a mapping a single value gets its name under "keys": {"id": "user"}.',
  },
  transform_failed: { what: 'your transform failed', todo: 'Its error is in the message.' },
  wrong_cell_count: {
    what: 'a line of CSV with more or fewer cells than the header',
    todo: 'Cells with the delimiter or a line end inside have to be quoted.',
  },
  invalid_quote: {
    what: 'a quote in the wrong place of a line of CSV',
    todo: 'Quote the whole cell and double the quotes inside; --quote none where quotes mean nothing.',
  },
  unclosed_quote: {
    what: 'a quoted cell of CSV that never ends',
    todo: 'Such a line was cut off, or its quotes are not doubled.',
  },
  event_key_too_long: { what: 'event_key over 128 characters', todo: LIMIT },
  event_properties_too_many: { what: 'more than 64 event properties', todo: LIMIT },
  user_properties_too_many: { what: 'more than 128 user properties', todo: LIMIT },
  property_key_too_long: { what: 'a property key over 128 characters', todo: LIMIT },
  property_value_too_long: { what: 'a property value over 1,024 characters', todo: LIMIT },
  identifier_value_length: {
    what: 'an identifier that is empty or over 512 characters',
    todo: LIMIT,
  },
};

/** Why events were left out, in words that follow their number. */
export const FILTER_WORDS: Readonly<Record<FilterCode, string>> = {
  excluded_by_mapping: 'not taken by the mapping',
  excluded_by_where: 'not asked for by --where',
  excluded_by_days: 'of days not asked for',
  duplicate_insert_id: 'with an insert_id that came before on their day',
  dropped_by_transform: 'dropped by the transform',
  day_complete: 'of days complete before',
};

/** A warning code in words that follow a number. */
export const WARNING_WORDS: Readonly<Record<WarningCode, string>> = {
  event_key_too_long: 'event keys over 128 characters (the vendor may refuse them)',
  event_properties_too_many: 'events with more than 64 event properties (over the vendor’s limit)',
  user_properties_too_many: 'events with more than 128 user properties (over the vendor’s limit)',
  property_key_too_long: 'property keys over 128 characters (over the vendor’s limit)',
  property_value_too_long: 'property values over 1,024 characters (over the vendor’s limit)',
  identifier_value_length: 'identifiers empty or over 512 characters (outside the vendor’s limits)',
  osname_unknown: 'events whose osname is neither Android nor iOS (stored as given)',
  metric_value_rounded: 'metric values rounded to six decimals',
  duplicate_key:
    'fields overwritten by a later one of the same name (in maps, of the same lower-case name)',
  null_dropped: 'map entries left out because their value is null',
  lone_surrogate: 'events with half a surrogate pair, replaced by U+FFFD',
  insert_id_spilled: 'insert_ids kept on disk, as they passed --dedupe-memory (slower, as exact)',
};
