// What the kernel exports to TypeScript.
export * from './codes';
export * from './elements';
export { scanCsv } from './csv';
export { csvEnds } from './csv-ends';
export { addBuffer, bufferRows, getNeededBuffer, getNeededBytes, getNeededDay, unpackRows } from './day-buffers';
export * from './duplicates';
export * from './identifiers';
export { filterKeys } from './key-filter';
export * from './layout';
export * from './metric';
export * from './offsets';
export * from './record';
export * from './route';
export { keyOf } from './keys';
export { scan } from './scan';
export { STATISTICS_BYTES } from './statistics';
export { hashText, SLACK } from './text';
export * from './timestamp';
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
export { clearTable, fillTable } from './dictionary';
export * from './row-group';
export * from './rle';
export * from './snappy';
