import { clickHouse, duckDb, PRODUCT, product } from '../contestants.ts';
import type { DataParameters } from '../generate.ts';
import type { Heat, Suite } from '../suite.ts';
import { GIB, MIB } from '../units.ts';

const heat = (title: string, group: string, data: DataParameters): Heat => ({
  title,
  group,
  data,
  contestants: [
    product({ name: PRODUCT, threads: 2 }),
    { ...duckDb(2), name: 'DuckDB' },
    { ...clickHouse(2), name: 'ClickHouse' },
  ],
});

const alone = (title: string, data: DataParameters): Heat => ({
  title: `${title}, one thread`,
  data,
  contestants: [product({ name: PRODUCT, threads: 0 })],
});

export const memory: Suite = {
  title: 'Peak memory by size and shape of the input, two threads, snappy',
  heats: [
    heat('400 MiB', 'size', { size: 400 * MIB, days: 3 }),
    heat('4 GiB', 'size', { size: 4 * GIB, days: 3 }),
    heat('10 GiB', 'size', { size: 10 * GIB, days: 3 }),
    heat('400 MiB, 400 days interleaved', 'days', {
      size: 400 * MIB,
      days: 400,
      interleaved: true,
    }),
    heat('4 GiB, 400 days interleaved', 'days', { size: 4 * GIB, days: 400, interleaved: true }),
    alone('400 MiB', { size: 400 * MIB, days: 3 }),
    alone('4 GiB', { size: 4 * GIB, days: 3 }),
    alone('400 MiB, 400 days interleaved', { size: 400 * MIB, days: 400, interleaved: true }),
  ],
  charts: [
    {
      file: 'memory.svg',
      title: 'Peak memory',
      measure: 'peakRss',
      groups: ['size'],
      lines: 'Input',
    },
    { file: 'days.svg', title: 'Peak memory, 400 days', measure: 'peakRss', groups: ['days'] },
  ],
};
