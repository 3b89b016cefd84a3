import type { Format, TextHead } from '../format.ts';
import { detectTable } from './detect.ts';

/** Cells separated by commas, or by another delimiter that is detected in the first lines. */
export const CSV: Format<'csv'> = tableFormat('csv', /\.csv$/i);

/** Cells separated by tabs. */
export const TSV: Format<'tsv'> = tableFormat('tsv', /\.(tsv|tab)$/i);

function tableFormat<Name extends 'csv' | 'tsv'>(name: Name, ending: RegExp): Format<Name> {
  return {
    name,
    ending,
    detect: (head: TextHead) => detectTable(head) === name,
    async cutter({ maxLine, csv }) {
      const [{ Kernel }, { CsvCutter }] = await Promise.all([
        import('../../batch/kernel.ts'),
        import('./cutter.ts'),
      ]);
      return new CsvCutter(new Kernel(), {
        maxLine,
        ...(name === 'tsv' && { delimiter: '\t' }),
        ...csv,
      });
    },
    async blockParser(...args) {
      return new (await import('./block-parser.ts')).CsvBlockParser(...args);
    },
  };
}
