// What the kernel exports to TypeScript, along the flow. build.mjs writes its types to
// lib/batch/kernel-exports.ts.

// Batches in linear memory, and the codes of rows.
export {
  EVENT_KEY,
  HEAP_BASE,
  IDENTIFIERS_JSON,
  INSERT_ID,
  KIND_ABSENT,
  KIND_ARRAY,
  KIND_FALSE,
  KIND_NULL,
  KIND_NUMBER,
  KIND_OBJECT,
  KIND_STRING,
  KIND_TRUE,
  MAPS,
  MAX_ROWS,
  METRIC_VALUE,
  PADDING,
  SCALARS,
  TS,
} from './layout';
export { SLACK } from './text';
export * from './codes';

// Documents and tables are cut where events end.
export { cutElements } from './json/elements';
export {
  STOP_ARRAY_BEGINS,
  STOP_ARRAY_ENDS,
  STOP_NO_ELEMENT,
  STOP_VALUE_ENDS,
} from './json/cutter';
export { placeElements } from './json/places';
export { csvEnds } from './csv/record-ends';

// Lines of JSON and records of CSV become rows.
export { scan } from './json/scan';
export { OTHERS_ENTRY, OTHERS_REJECT, OTHERS_SLOT } from './scanner';
export { scanCsv } from './csv/scan';
export { keyOf } from './keys';
export { HASH_SECRET_BYTES, hashSecrets, hashText } from './hash';

// Stages over rows.
export { filterKeys } from './record/key-filter';
export { validate } from './record/validate';
export { lowercaseKeys } from './record/lowercase-keys';
export { checkLimits, checkOsNames } from './record/limits';
export {
  DETAIL_LOCAL,
  DETAIL_UNIT_SHIFT,
  readTimes,
  setTime,
  UNIT_AUTO,
  UNIT_DATE,
  UNIT_MS,
  UNIT_NS,
  UNIT_S,
  UNIT_US,
} from './record/timestamp';
export {
  FORMAT_AM_PM,
  FORMAT_DAY,
  FORMAT_END,
  FORMAT_FRACTION,
  FORMAT_HALF_DAY_HOUR,
  FORMAT_HOUR,
  FORMAT_MINUTE,
  FORMAT_MONTH,
  FORMAT_MONTH_NAME,
  FORMAT_SECOND,
  FORMAT_SHORT,
  FORMAT_WEEKDAY,
  FORMAT_YEAR,
  FORMAT_ZONE,
} from './record/time-format';
export { readMetrics } from './record/metric';
export { identifiersRoom, writeIdentifiers } from './record/identifiers';

// Rows by day.
export {
  addIds,
  dropDuplicates,
  DUPLICATE_FREE,
  DUPLICATE_PLACE,
  DUPLICATE_SHARDS,
  firstPlace,
  getIsFull,
  getIsKnown,
  getShard,
  ID_BYTES,
  lookIn,
  moveIds,
  readIds,
  rememberIds,
  runBefore,
  SPILLED_NO,
  SPILLED_UNKNOWN,
} from './route/duplicates';
export { getFirstDay, getLastDay, groupByDay, judgeDays, selectRows } from './route/by-day';
export { DAY_SLOTS, noteTimes } from './route/day-times';
export {
  addBuffer,
  bufferRows,
  getNeededBuffer,
  getNeededBytes,
  getNeededDay,
  unpackRows,
} from './route/day-buffers';

// Rows become columns.
export {
  appendRows,
  COLUMN_MAP,
  COLUMN_SCALAR,
  COLUMN_TIMES,
  pendingBytes,
} from './columns/row-group';
export {
  indicesToPlain,
  isWorthwhile,
  NEED_DICTIONARY,
  NEED_INDICES,
  NEED_KEY_DICTIONARY,
  NEED_KEY_INDICES,
  NEED_NO_DICTIONARY,
  NEED_PAGE_END,
  NEED_PLAIN,
  plainBytesOfIndices,
} from './columns/column';
export { clearTable, fillTable } from './columns/dictionary';
export { STATISTICS_BYTES } from './columns/statistics';

// Columns become pages.
export { encodeRle, levelsBound, rleBound, writeLevels } from './encode/rle';
export { snappyBound, snappyCompress } from './encode/snappy';

// Pages become values, to be checked.
export { DECODE_SLACK, snappyDecompress } from './decode/snappy';
export { decodeLevels, decodeRle, getGreatest } from './decode/rle';
export { checkTexts, firstNotUtf8 } from './decode/texts';
export { checkDecimals, checkTimes, gather } from './decode/numbers';
export {
  checkKeys,
  checkRequired,
  endKeys,
  flagTexts,
  sameLevels,
  VALUE_EMPTY,
  VALUE_NO_OS,
} from './decode/entries';
