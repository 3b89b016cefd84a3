import { CSV, TSV } from './csv/format.ts';
import type { Format } from './format.ts';
import { JSON_DOCUMENTS } from './json/format.ts';
import { NDJSON } from './ndjson/format.ts';

/**
 * The input formats, in the order in which detection tries them. To add a format, add a folder next to this file and
 * a row here. The code of a format is loaded with the first input in that format.
 */
export const FORMATS: readonly [typeof CSV, typeof TSV, typeof JSON_DOCUMENTS, typeof NDJSON] = [
  CSV,
  TSV,
  JSON_DOCUMENTS,
  NDJSON,
];

/**
 * How events are written in a text: one JSON object per line (`ndjson`); JSON documents, which are an array of
 * events, events one after another, or an object with the events inside (`json`); cells separated by commas or tabs
 * (`csv`, `tsv`).
 */
export type TextFormat = (typeof FORMATS)[number]['name'];

/** The names of all formats, for choices and messages. */
export const FORMAT_NAMES: readonly TextFormat[] = FORMATS.map(({ name }) => name);

/** Returns the table's row of a format. */
export function formatOf(name: TextFormat): Format<TextFormat> {
  return FORMATS.find((format) => format.name === name) as Format<TextFormat>;
}
