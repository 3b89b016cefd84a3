import { type Contestant, clickHouse, duckDb, piped, product } from '../contestants.ts';
import type { Format } from '../formats.ts';
import type { Heat, Suite } from '../suite.ts';
import { MIB } from '../units.ts';

/** @param others contestants besides DuckDB. ClickHouse reads only lines of JSON */
const heat = (title: string, format: Format, ...others: Contestant[]): Heat => ({
  title,
  data: { size: 400 * MIB, days: 3 },
  format,
  contestants: [product({ threads: 2 }), duckDb(2), ...others],
});

export const formats: Suite = {
  title: 'The same events in other formats, two threads, snappy',
  heats: [
    heat('NDJSON', 'ndjson', clickHouse(2)),
    {
      title: 'NDJSON, through a pipe',
      data: { size: 400 * MIB, days: 3 },
      contestants: [piped(product({ threads: 2 })), piped(duckDb(2))],
    },
    heat('JSON array', 'json'),
    heat('CSV', 'csv'),
    heat('NDJSON, gzip', 'ndjson.gz', clickHouse(2)),
    heat('NDJSON, zstd', 'ndjson.zst', clickHouse(2)),
    heat('1,000 files of NDJSON', '1000 ndjson', clickHouse(2)),
    heat('1,000 files of NDJSON, gzip', '1000 ndjson.gz', clickHouse(2)),
    heat('2 files of NDJSON, gzip', '2 ndjson.gz', clickHouse(2)),
  ],
  charts: [{ file: 'formats.svg', title: 'Formats', measure: 'eventsPerSecond' }],
};
