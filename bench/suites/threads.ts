import { type Codec, clickHouse, duckDb, product } from '../contestants.ts';
import type { Heat, Suite } from '../suites.ts';
import { MIB } from '../units.ts';
import { ROW_WISE } from './main.ts';

const heat = (codec: Codec): Heat => ({
  title: `400 MiB, 3 days, ${codec}`,
  group: 'threads',
  data: { size: 400 * MIB, days: 3 },
  contestants: [product({ threads: 2, codec }), duckDb(2, codec), clickHouse(2, codec)],
});

export const threads: Suite = {
  title: 'File to committed folder, two threads',
  heats: [heat('snappy'), heat('zstd'), ROW_WISE],
  charts: [
    { file: 'throughput.svg', title: 'Throughput', measure: 'megabytesPerSecond' },
    { file: 'memory.svg', title: 'Peak memory', measure: 'peakRss', groups: ['threads'] },
  ],
};
