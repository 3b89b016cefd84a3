import type { TextHead } from '../format.ts';

const HEADER_CELL = /^("?)[\p{L}_$][\p{L}\p{N}_ .$:/()-]*\1$/u;

/**
 * Returns the kind of table that a text is, and undefined if it is none. A text is a table if its file's name says
 * so, or if its first line looks like column names.
 */
export function detectTable({ text, byName }: TextHead): 'csv' | 'tsv' | undefined {
  if (byName === 'csv' || byName === 'tsv') return byName;
  if (byName !== undefined || /^[[{]/.test(text)) return undefined;
  const first = text.slice(0, text.search(/\r?\n|$/));
  const delimiter = ['\t', ',', ';', '|'].find((each) => first.includes(each));
  if (delimiter === undefined) return undefined;
  const isHeader = first.split(delimiter).every((cell) => HEADER_CELL.test(cell.trim()));
  return isHeader ? (delimiter === '\t' ? 'tsv' : 'csv') : undefined;
}
