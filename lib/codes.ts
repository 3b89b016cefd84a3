/** The words in an advice that name where a field is renamed; the command line puts the user's own place there. */
export const MAPPING_PLACE = 'in a mapping (--mapping)';

/**
 * Every code that an event can get. Names are stable: the rejects file and `--json` have them. A code's
 * number, which the kernel uses, is its place in this table; build.mjs makes lib/kernel/codes.ts from it.
 *
 * - `ok`: the event is good.
 * - `filter`: the event is left out on purpose.
 * - `reject`: the event is wrong.
 * - `limit`: the event passes a limit of the vendor, which is counted, or rejects it with `limits: 'reject'`.
 * - `notice`: counted only.
 *
 * `summary` follows a number of events; `counted` follows the number of a warning. `message` says of one
 * rejected event what was expected and what came; lib/messages.ts fills in its `{placeholders}`. `advice`
 * says what to do.
 */
const TABLE = [
  { name: 'ok', kind: 'ok' },

  { name: 'excluded_by_mapping', kind: 'filter', summary: 'not taken by the mapping' },
  { name: 'excluded_by_where', kind: 'filter', summary: 'not asked for by --where' },
  { name: 'excluded_by_days', kind: 'filter', summary: 'of days not asked for' },
  { name: 'day_not_over', kind: 'filter', summary: 'of UTC days that are not over' },
  {
    name: 'duplicate_insert_id',
    kind: 'filter',
    summary: 'with an insert_id that came before on their day',
  },
  { name: 'dropped_by_transform', kind: 'filter', summary: 'dropped by the transform' },
  // The kernel never sets this one: the commit counts the rows of days that `ifExists: 'skip'` leaves alone.
  { name: 'day_complete', kind: 'filter', summary: 'of days complete before' },

  {
    name: 'invalid_json',
    kind: 'reject',
    summary: 'not valid JSON',
    message: 'the text is not valid JSON{place}',
    advice:
      'Often a line that was cut off, or lines that two programs wrote at once. Where it has \\x22, nginx wrote it without escape=json in its log_format.',
  },
  {
    name: 'invalid_utf8',
    kind: 'reject',
    summary: 'not valid UTF-8',
    message: 'the line is not valid UTF-8; convert the file to UTF-8',
    advice: 'Convert the file: iconv -f ENCODING -t UTF-8.',
  },
  {
    name: 'not_an_object',
    kind: 'reject',
    summary: 'JSON, but not an object',
    message: 'expected a JSON object as the event, got another JSON value',
    advice: 'Each line has to be one JSON object.',
  },
  {
    name: 'too_deep',
    kind: 'reject',
    summary: 'nested too deeply',
    message: 'objects and arrays are nested more than 512 deep',
    advice: 'An event may have up to 512 levels.',
  },
  {
    name: 'too_many_keys',
    kind: 'reject',
    summary: 'more than 32,768 keys',
    message: 'the event has more than 32,768 keys, nested ones included',
    advice: 'Keys are names such as price, not values such as ids: put those into the values.',
  },
  {
    name: 'line_too_long',
    kind: 'reject',
    summary: 'line too long',
    message: 'the line is longer than the limit for lines (--max-line); raw is its beginning',
    advice: 'Raise --max-line if such lines are meant to be.',
  },
  {
    name: 'insert_id_missing',
    kind: 'reject',
    summary: 'no insert_id',
    message:
      'insert_id is missing, null or empty; --insert-id derive makes one from the event’s content',
    advice:
      'If the field has another name, say so in a mapping (--mapping). Exports of other tools have a --preset, events inside a document a --json-path.',
  },
  {
    name: 'insert_id_invalid',
    kind: 'reject',
    summary: 'insert_id is not a UUID',
    message:
      'insert_id should be a UUID such as 8fb8e088-9245-4fce-bb87-7e09d9917ed6, got {insert_id}; see --insert-id any|derive',
    advice: '--insert-id any takes it as it is, derive makes one.',
  },
  {
    name: 'event_key_missing',
    kind: 'reject',
    summary: 'no event_key',
    message: 'event_key is missing, null or empty',
    advice: 'If the field has another name, say so in a mapping (--mapping).',
  },
  {
    name: 'event_key_invalid',
    kind: 'reject',
    summary: 'event_key is not text',
    message: 'event_key should be a string, got {event_key}',
    advice: 'Map event_key to the field with the name of the event.',
  },
  {
    name: 'ts_missing',
    kind: 'reject',
    summary: 'no ts',
    message: 'ts is missing, null or empty',
    advice: 'If the field has another name, say so in a mapping (--mapping).',
  },
  {
    name: 'ts_invalid',
    kind: 'reject',
    summary: 'ts cannot be read',
    message:
      'ts should be an ISO 8601 time such as 2023-01-01T00:01:02.333Z, an epoch number, or what the mapping’s format says, got {ts}{dateUnit}',
    advice:
      'It has to be ISO 8601 with a time of day, on a day that exists, or an epoch number; a mapping can give another format ("format": "DD/MM/YYYY HH:mm:ss"), the unit, or say that digits are a date.',
  },
  {
    name: 'ts_out_of_range',
    kind: 'reject',
    summary: 'ts outside the years 1 to 9999',
    message: 'ts should be in the years 0001 to 9999, got {ts}{readAs}',
    advice: 'A mapping can give the unit of epoch numbers.',
  },
  {
    name: 'ts_implausible',
    kind: 'reject',
    summary: 'ts before 2000 or more than a day ahead of now',
    message: 'ts should be from 2000-01-01 to a day ahead of now, got {ts}{readAs}',
    advice:
      'Give the unit of epoch numbers in a mapping (--mapping): "ts": {"path": "ts", "unit": "ms"}. --any-day takes such times as they are.',
  },
  {
    name: 'ts_not_in_timezone',
    kind: 'reject',
    summary: 'ts is skipped or comes twice when clocks change',
    message:
      "ts is a local time that does not exist or exists twice in the mapping's timezone: {ts}",
    advice:
      'Write times with their offset, such as +09:00. For those that exist twice: --set ts.ambiguous=earlier or --set ts.ambiguous=later.',
  },
  {
    name: 'metric_value_invalid',
    kind: 'reject',
    summary: 'metric_value is not a number',
    message: 'metric_value should be a number or numeric string, got {metric_value}',
    advice: 'Write it without thousands separators and units.',
  },
  {
    name: 'metric_value_out_of_range',
    kind: 'reject',
    summary: 'metric_value has more than 18 integer digits',
    message: 'metric_value should have at most 18 integer digits, got {metric_value}',
    advice: 'The column is decimal(24,6).',
  },
  {
    name: 'identifier_id_missing',
    kind: 'reject',
    summary: 'identifiers without id',
    message: 'identifiers has no non-empty "id" (the device identifier the vendor requires)',
    advice:
      "If the field has another name, say so in a mapping (--mapping). The vendor's SDKs use the device id where there is none. Or give such events one: --set identifiers.id=…",
  },
  {
    name: 'identifier_device_id_missing',
    kind: 'reject',
    summary: 'identifiers without device_id',
    message: 'identifiers has no non-empty "device_id" (the vendor requires it)',
    advice: 'If the field has another name, say so in a mapping (--mapping).',
  },
  {
    name: 'platform_osname_missing',
    kind: 'reject',
    summary: 'platform_properties without osname',
    message: 'platform_properties has no non-empty "osname" (the vendor requires it)',
    advice:
      'Have the program that writes the log add it. Or give such events one: --set platform_properties.osname=…',
  },
  {
    name: 'platform_appversion_missing',
    kind: 'reject',
    summary: 'platform_properties without appversion',
    message: 'platform_properties has no non-empty "appversion" (the vendor requires it)',
    advice:
      'Have the program that writes the log add it. Or give such events one: --set platform_properties.appversion=…',
  },
  {
    name: 'avro_union',
    kind: 'reject',
    summary: 'with values of Avro’s unions',
    message:
      'identifiers and platform_properties should have plain values, not those of Avro unions; "avroUnions": true in the mapping takes what is inside',
    advice:
      'Avro’s JSON encoding writes values of unions as {"string": "x"}. "avroUnions": true in a mapping (--mapping) takes what is inside.',
  },
  {
    name: 'map_not_an_object',
    kind: 'reject',
    summary: 'a map column that is not a JSON object',
    message: 'expected a JSON object for {maps}, got another value{place}',
    advice:
      'Its field has to be an object. In a mapping a single value gets its name under "keys": {"id": "user"}.',
  },
  {
    name: 'transform_failed',
    kind: 'reject',
    summary: 'your transform failed',
    message: 'the transform did not return a valid event',
    advice: 'Its error is in the message.',
  },
  {
    name: 'wrong_cell_count',
    kind: 'reject',
    summary: 'a line of CSV with more or fewer cells than the header',
    message: 'the record has {cells}, the header {columns}',
    advice: 'Cells with the delimiter or a line end inside have to be quoted.',
  },
  {
    name: 'invalid_quote',
    kind: 'reject',
    summary: 'a misplaced quote in a line of CSV',
    message:
      'the quote at byte {quote} of the line is inside a cell that does not begin with one, or is followed by text other than a delimiter; quotes inside quotes are doubled',
    advice:
      'Quote the whole cell and double the quotes inside; use --quote none if quotes have no meaning.',
  },
  {
    name: 'unclosed_quote',
    kind: 'reject',
    summary: 'a quoted cell of CSV that is not closed',
    message:
      'no quote closes the cell that the quote at byte {quote} of the line opens: the next one is followed by text other than a delimiter, or there is none before the end or within the limit for lines (--max-line)',
    advice: 'Such a line was cut off, or its quotes are not doubled.',
  },

  {
    name: 'event_key_too_long',
    kind: 'limit',
    summary: 'event_key over 128 characters',
    counted: 'event keys over 128 characters (the vendor may refuse them)',
    message: 'event_key has more than 128 characters: {event_key}',
    advice: 'With --limits warn such events are written and only counted.',
  },
  {
    name: 'event_properties_too_many',
    kind: 'limit',
    summary: 'more than 64 event properties',
    counted: 'events with more than 64 event properties (over the vendor’s limit)',
    message: 'event_properties has {event_properties} entries, the vendor takes 64',
    advice: 'With --limits warn such events are written and only counted.',
  },
  {
    name: 'user_properties_too_many',
    kind: 'limit',
    summary: 'more than 128 user properties',
    counted: 'events with more than 128 user properties (over the vendor’s limit)',
    message: 'user_properties has {user_properties} entries, the vendor takes 128',
    advice: 'With --limits warn such events are written and only counted.',
  },
  {
    name: 'property_key_too_long',
    kind: 'limit',
    summary: 'a property key over 128 characters',
    counted: 'property keys over 128 characters (over the vendor’s limit)',
    message: 'a property key has more than 128 characters',
    advice: 'With --limits warn such events are written and only counted.',
  },
  {
    name: 'property_value_too_long',
    kind: 'limit',
    summary: 'a property value over 1,024 characters',
    counted: 'property values over 1,024 characters (over the vendor’s limit)',
    message: 'a property value has more than 1,024 characters',
    advice: 'With --limits warn such events are written and only counted.',
  },
  {
    name: 'identifier_value_length',
    kind: 'limit',
    summary: 'an identifier that is empty or over 512 characters',
    counted: 'identifiers empty or over 512 characters (outside the vendor’s limits)',
    message: 'an identifier is empty or has more than 512 characters',
    advice: 'With --limits warn such events are written and only counted.',
  },

  {
    name: 'osname_unknown',
    kind: 'notice',
    counted: 'events whose osname is neither Android nor iOS (stored as given)',
  },
  {
    name: 'metric_value_rounded',
    kind: 'notice',
    counted: 'metric values rounded to six decimals',
  },
  {
    name: 'duplicate_key',
    kind: 'notice',
    counted:
      'fields overwritten by a later one of the same name (in maps, of the same lower-case name)',
  },
  {
    name: 'null_dropped',
    kind: 'notice',
    counted: 'map entries left out because their value is null',
  },
  {
    name: 'lone_surrogate',
    kind: 'notice',
    counted: 'events with half a surrogate pair, replaced by U+FFFD',
  },
  {
    name: 'insert_id_spilled',
    kind: 'notice',
    counted: 'insert_ids kept on disk, as they passed --dedupe-memory (slower, as exact)',
  },
  {
    name: 'days_not_spilled',
    kind: 'notice',
    counted:
      'temporary files that could not be written (is TMPDIR full?), so that row groups are small',
  },
] as const;

type Row = (typeof TABLE)[number];
type Kind = Row['kind'];
/** The rows of a kind; `RowOf<'limit'>` has `summary`, `counted`, `message` and `advice`. */
type RowOf<K extends Kind> = Extract<Row, { kind: K }>;

/** Why an event was left out on purpose; `day_complete`: its day was complete, and `ifExists` is `skip`. */
export type FilterCode = RowOf<'filter'>['name'];
export type LimitCode = RowOf<'limit'>['name'];
/** Why an event was rejected; limits reject with `limits: 'reject'` only. */
export type RejectCode = RowOf<'reject'>['name'] | LimitCode;
/** What is counted, though the event is written. */
export type WarningCode = RowOf<'notice'>['name'] | LimitCode;
export type Code = Row['name'];

/** Names of the placeholders in the messages of rejected events. */
export type Placeholder = PlaceholdersIn<(RowOf<'reject'> | RowOf<'limit'>)['message']>;
type PlaceholdersIn<Message extends string> =
  Message extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholdersIn<Rest> : never;

/** Code of a number. */
export const CODE_NAMES: readonly Code[] = TABLE.map(({ name }) => name);
/** Number of a code. */
export const CODE_NUMBERS: Readonly<Record<Code, number>> = Object.fromEntries(
  TABLE.map(({ name }, number) => [name, number]),
) as Record<Code, number>;

const FILTERS = TABLE.filter((row) => row.kind === 'filter');
const REJECTS = TABLE.filter((row) => row.kind === 'reject');
const LIMITS = TABLE.filter((row) => row.kind === 'limit');
const NOTICES = TABLE.filter((row) => row.kind === 'notice');

export const REJECT_CODES: readonly RowOf<'reject'>['name'][] = REJECTS.map(({ name }) => name);
export const LIMIT_CODES: readonly LimitCode[] = LIMITS.map(({ name }) => name);
export const NOTICE_CODES: readonly RowOf<'notice'>['name'][] = NOTICES.map(({ name }) => name);

/** Number of the last code of events that are left out; their codes are the first ones after `ok`. */
export const LAST_FILTER: number = FILTERS.length;

/** What the table says of events that are left out. */
export const FILTER_ROWS: Readonly<Record<FilterCode, { summary: string }>> = byName(FILTERS);
/** What the table says of rejected events. */
export const REJECT_ROWS: Readonly<
  Record<RejectCode, { summary: string; message: string; advice: string }>
> = byName([...REJECTS, ...LIMITS]);
/** What the table says of warnings. */
export const WARNING_ROWS: Readonly<Record<WarningCode, { counted: string }>> = byName([
  ...LIMITS,
  ...NOTICES,
]);

function byName<R extends { name: string }>(rows: readonly R[]): Record<R['name'], R> {
  return Object.fromEntries(rows.map((row) => [row.name, row])) as Record<R['name'], R>;
}
