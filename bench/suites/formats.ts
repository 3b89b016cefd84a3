import { duckDb, piped, product } from '../contestants.ts';
import type { Format } from '../formats.ts';
import type { Heat, Suite } from '../suites.ts';
import { MIB } from '../units.ts';

const heat = (title: string, format: Format): Heat => ({
  title,
  data: { size: 400 * MIB, days: 3 },
  format,
  contestants: [product({ threads: 2 }), duckDb(2)],
});

export const formats: Suite = {
  title: 'The same events in other formats, two threads, snappy',
  heats: [
    heat('NDJSON', 'ndjson'),
    {
      title: 'NDJSON, through a pipe',
      data: { size: 400 * MIB, days: 3 },
      contestants: [piped(product({ threads: 2 })), piped(duckDb(2))],
    },
    heat('JSON array', 'json'),
    heat('CSV', 'csv'),
    heat('NDJSON, gzip', 'ndjson.gz'),
    heat('NDJSON, zstd', 'ndjson.zst'),
  ],
  charts: [{ file: 'formats.svg', title: 'Formats', measure: 'eventsPerSecond' }],
};
