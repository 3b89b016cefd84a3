import type { Format, TextHead } from '../format.ts';
import { detectTable } from './detect.ts';

/** Cells between commas, or another delimiter that the first lines agree on. */
export const CSV: Format<'csv'> = tableFormat('csv', /\.csv$/i);

/** Cells between tabs. */
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
