// What the kernel exports to TypeScript, along the flow. Besides these files there are what they stand on: bytes of
// text (text.ts), the grammar of JSON (json.ts), decimals and UUIDs.

// How batches and other structs lie in memory, and why rows are rejected.
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
export * from './codes';

// Documents and tables are cut where events end.
export * from './elements';
export { csvEnds } from './csv-ends';

// Lines of JSON and records of CSV become rows.
export { scan } from './scan';
export { scanCsv } from './csv';
export { keyOf } from './keys';
export { hashText, SLACK } from './text';

// Stages over rows.
export { filterKeys } from './key-filter';
export * from './validate';
export * from './lowercase-keys';
export * from './limits';
export * from './timestamp';
export * from './metric';
export * from './identifiers';

// Rows by day.
export * from './duplicates';
export * from './route';
export { addBuffer, bufferRows, getNeededBuffer, getNeededBytes, getNeededDay, unpackRows } from './day-buffers';

// Rows become columns, and these pages.
export * from './row-group';
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
} from './column';
export { STATISTICS_BYTES } from './statistics';
export { clearTable, fillTable } from './dictionary';
export * from './rle';
export * from './snappy';
