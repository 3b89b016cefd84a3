import type { ChunkFooter } from '../../parquet/file-footer.ts';
import type { Note } from '../finding.ts';
import { shown, type TextExtremes } from './text-leaf.ts';

/**
 * Compares the least and greatest text with the footer's, which some programs cut short: then the least one is less, and the
 * greatest one greater.
 */
export function compareTexts(
  { min, max }: TextExtremes,
  chunk: Pick<ChunkFooter, 'min' | 'max' | 'isExact'>,
  note: Note,
): void {
  for (const [name, found, said] of [
    ['min', min, chunk.min],
    ['max', max, chunk.max],
  ] as const) {
    if (found === undefined || !(said instanceof Uint8Array)) continue;
    const order = Buffer.compare(said, found);
    if (order === 0 || (!chunk.isExact && (name === 'min' ? order < 0 : order > 0))) continue;
    const [a, b] = [said, found].map((text) => shown(Buffer.from(text).toString('utf8')));
    note('statistics', `the footer's ${name} is ${a}, that of the values ${b}`);
  }
}
