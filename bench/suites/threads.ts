import { type Codec, clickHouse, duckDb, plain, product } from '../contestants.ts';
import type { Heat, Suite } from '../suite.ts';
import { GIB, MIB } from '../units.ts';
import { ROW_WISE } from './main.ts';

const heat = (title: string, size: number, codec: Codec): Heat => ({
  title: `${title}, 3 days, ${codec}`,
  group: 'threads',
  data: { size, days: 3 },
  contestants: [
    product({ threads: 2, codec }),
    duckDb(2, codec),
    plain(duckDb(2, codec)),
    clickHouse(2, codec),
    plain(clickHouse(2, codec)),
  ],
});

export const threads: Suite = {
  title: 'File to committed folder, two threads',
  heats: [
    heat('400 MiB', 400 * MIB, 'snappy'),
    heat('400 MiB', 400 * MIB, 'zstd'),
    heat('4 GiB', 4 * GIB, 'snappy'),
    heat('4 GiB', 4 * GIB, 'zstd'),
    ROW_WISE,
  ],
  charts: [
    { file: 'throughput.svg', title: 'Throughput', measure: 'megabytesPerSecond' },
    { file: 'memory.svg', title: 'Peak memory', measure: 'peakRss', groups: ['threads'] },
  ],
};
