/** Why an event was left out on purpose by what reads it; in this order in the kernel. */
const ROW_FILTER_CODES = [
  'excluded_by_mapping',
  'excluded_by_where',
  'excluded_by_days',
  'duplicate_insert_id',
  'dropped_by_transform',
] as const;

/** Why an event was rejected. Stable: these names stand in the rejects file and in `--json`. */
export const REJECT_CODES = [
  'invalid_json',
  'invalid_utf8',
  'not_an_object',
  'too_deep',
  'line_too_long',
  'insert_id_missing',
  'insert_id_invalid',
  'event_key_missing',
  'event_key_invalid',
  'ts_missing',
  'ts_invalid',
  'ts_out_of_range',
  'ts_not_in_timezone',
  'metric_value_invalid',
  'metric_value_out_of_range',
  'identifier_id_missing',
  'identifier_device_id_missing',
  'platform_osname_missing',
  'platform_appversion_missing',
  'map_not_an_object',
  'transform_failed',
  'wrong_cell_count',
  'invalid_quote',
  'unclosed_quote',
] as const;

/** The vendor's limits: warnings by default, reasons to reject with `limits: 'reject'`. */
export const LIMIT_CODES = [
  'event_key_too_long',
  'event_properties_too_many',
  'user_properties_too_many',
  'property_key_too_long',
  'property_value_too_long',
  'identifier_value_length',
] as const;

/** What is counted, but never a reason to reject. */
export const NOTICE_CODES = [
  'osname_unknown',
  'metric_value_rounded',
  'duplicate_key',
  'null_dropped',
  'lone_surrogate',
  'insert_id_spilled',
] as const;

/** Why an event was left out on purpose; `day_complete`: its day was, and `ifExists` is `skip`. */
export type FilterCode = (typeof ROW_FILTER_CODES)[number] | 'day_complete';
export type LimitCode = (typeof LIMIT_CODES)[number];
export type RejectCode = (typeof REJECT_CODES)[number] | LimitCode;
export type WarningCode = (typeof NOTICE_CODES)[number] | LimitCode;

/** Every code at the index the kernel uses for it (lib/kernel/codes.ts). */
export const CODE_NAMES: readonly string[] = [
  'ok',
  ...ROW_FILTER_CODES,
  ...REJECT_CODES,
  ...LIMIT_CODES,
  ...NOTICE_CODES,
];

/** The last of the codes of events that were left out, which are the first behind `ok`. */
export const LAST_FILTER: number = ROW_FILTER_CODES.length;
