// What the kernel exports to TypeScript.
export * from './codes';
export * from './elements';
export { scanCsv } from './csv';
export { csvEnds } from './csv-ends';
export * from './duplicates';
export * from './identifiers';
export { filterKeys } from './key-filter';
export * from './layout';
export * from './metric';
export * from './offsets';
export * from './record';
export * from './route';
export { keyOf, scan } from './scan';
export { hashText } from './text';
export * from './timestamp';
export * from './column';
export * from './rle';
export * from './snappy';
