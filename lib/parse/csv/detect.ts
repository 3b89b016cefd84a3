import type { TextHead } from '../format.ts';
import { isW3cLog } from './w3c-log.ts';

/** A column's name; Adjust writes its placeholders as `{adid}` and an app's parameters as `[level]`. */
const NAME = '[\\p{L}_$][\\p{L}\\p{N}_ .$:/()-]*';
const HEADER_CELL = new RegExp(`^("?)(?:${NAME}|\\{${NAME}\\}|\\[${NAME}\\])\\1$`, 'u');

/**
 * Returns the kind of table that a text is, and undefined if it is none. A text is a table if its file's name says
 * so, if it is a W3C log, or if its first line looks like column names.
 */
export function detectTable({ text, byName }: TextHead): 'csv' | 'tsv' | undefined {
  if (byName === 'csv' || byName === 'tsv') return byName;
  if (isW3cLog(text)) return 'csv';
  if (byName !== undefined) return undefined;
  if (/^sep=.?\r?\n/i.test(text)) return 'csv';
  const first = text.slice(0, text.search(/\r?\n|$/));
  const delimiter = ['\t', ',', ';', '|'].find((each) => first.includes(each));
  if (delimiter === undefined) return undefined;
  const isHeader = first.split(delimiter).every((cell) => HEADER_CELL.test(cell.trim()));
  return isHeader ? (delimiter === '\t' ? 'tsv' : 'csv') : undefined;
}
