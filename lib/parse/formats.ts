import { CSV, TSV } from './csv/format.ts';
import type { Format } from './format.ts';
import { JSON_DOCUMENTS } from './json/format.ts';
import { NDJSON } from './ndjson/format.ts';

/**
 * The formats of inputs, in the order in which they are asked whether a text is theirs. A format is a folder
 * beside this file and a row here; its code is loaded with the first input of it.
 */
export const FORMATS: readonly [typeof CSV, typeof TSV, typeof JSON_DOCUMENTS, typeof NDJSON] = [
  CSV,
  TSV,
  JSON_DOCUMENTS,
  NDJSON,
];

/**
 * How events are written in a text: an object a line; JSON documents (an array, objects one after the other,
 * an object around them); cells between commas or tabs.
 */
export type TextFormat = (typeof FORMATS)[number]['name'];

/** Names of the formats, for choices and messages. */
export const FORMAT_NAMES: readonly TextFormat[] = FORMATS.map(({ name }) => name);

/** The row of a format. */
export function formatOf(name: TextFormat): Format<TextFormat> {
  return FORMATS.find((format) => format.name === name) as Format<TextFormat>;
}
