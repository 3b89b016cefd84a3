// Why a row is rejected (its `code`), and what is only counted (a warning counter). lib/codes.ts gives
// each its public name and words; loading the kernel checks that both lists agree.

export const CODE_OK: u32 = 0;
// No rejects: rows that are left out on purpose.
export const CODE_EXCLUDED_BY_MAPPING: u32 = 1;
export const CODE_EXCLUDED_BY_WHERE: u32 = 2;
export const CODE_EXCLUDED_BY_DAYS: u32 = 3;
export const CODE_DUPLICATE_INSERT_ID: u32 = 4;
export const CODE_DROPPED_BY_TRANSFORM: u32 = 5;
export const CODE_INVALID_JSON: u32 = 6;
export const CODE_INVALID_UTF8: u32 = 7;
export const CODE_NOT_AN_OBJECT: u32 = 8;
export const CODE_TOO_DEEP: u32 = 9;
export const CODE_LINE_TOO_LONG: u32 = 10;
export const CODE_INSERT_ID_MISSING: u32 = 11;
export const CODE_INSERT_ID_INVALID: u32 = 12;
export const CODE_EVENT_KEY_MISSING: u32 = 13;
export const CODE_EVENT_KEY_INVALID: u32 = 14;
export const CODE_TS_MISSING: u32 = 15;
export const CODE_TS_INVALID: u32 = 16;
export const CODE_TS_OUT_OF_RANGE: u32 = 17;
export const CODE_TS_NOT_IN_TIMEZONE: u32 = 18;
export const CODE_METRIC_VALUE_INVALID: u32 = 19;
export const CODE_METRIC_VALUE_OUT_OF_RANGE: u32 = 20;
export const CODE_IDENTIFIER_ID_MISSING: u32 = 21;
export const CODE_IDENTIFIER_DEVICE_ID_MISSING: u32 = 22;
export const CODE_PLATFORM_OSNAME_MISSING: u32 = 23;
export const CODE_PLATFORM_APPVERSION_MISSING: u32 = 24;
export const CODE_MAP_NOT_AN_OBJECT: u32 = 25;
/** A user's map(fn) threw on this event, or gave back something that is no event. */
export const CODE_TRANSFORM_FAILED: u32 = 26;
// Lines of CSV that are no record as the header wants it.
export const CODE_WRONG_CELL_COUNT: u32 = 27;
export const CODE_INVALID_QUOTE: u32 = 28;
export const CODE_UNCLOSED_QUOTE: u32 = 29;
// The vendor's limits: counted as warnings, or reasons to reject with --limits reject.
export const CODE_EVENT_KEY_TOO_LONG: u32 = 30;
export const CODE_EVENT_PROPERTIES_TOO_MANY: u32 = 31;
export const CODE_USER_PROPERTIES_TOO_MANY: u32 = 32;
export const CODE_PROPERTY_KEY_TOO_LONG: u32 = 33;
export const CODE_PROPERTY_VALUE_TOO_LONG: u32 = 34;
export const CODE_IDENTIFIER_VALUE_LENGTH: u32 = 35;
// Only ever warnings.
export const CODE_OSNAME_UNKNOWN: u32 = 36;
export const CODE_METRIC_VALUE_ROUNDED: u32 = 37;
export const CODE_DUPLICATE_KEY: u32 = 38;
export const CODE_NULL_DROPPED: u32 = 39;
export const CODE_LONE_SURROGATE: u32 = 40;
/** An id that --dedupe wrote to its temporary file. */
export const CODE_INSERT_ID_SPILLED: u32 = 41;
export const CODES: u32 = 42;
