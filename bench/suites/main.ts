import {
  clickHouse,
  duckDb,
  FLOORS,
  hyparquetWriter,
  jsonParse,
  PRODUCT,
  parquetJs,
  product,
} from '../contestants.ts';
import type { Heat, Suite } from '../suite.ts';
import { MIB } from '../units.ts';

/** Slow contestants get a smaller input, because their throughput hardly depends on its size. */
export const ROW_WISE: Heat = {
  title: '40 MiB, row by row',
  group: 'rows',
  data: { size: 40 * MIB, days: 3 },
  contestants: [parquetJs(), hyparquetWriter()],
};

export const main: Suite = {
  title: 'File to committed folder, one thread, snappy',
  heats: [
    {
      title: '400 MiB, 3 days',
      group: 'one thread',
      data: { size: 400 * MIB, days: 3 },
      contestants: [
        product({ name: `${PRODUCT}, 1 thread, snappy`, threads: 0 }),
        duckDb(1),
        clickHouse(1),
        jsonParse(),
      ],
    },
    ROW_WISE,
    {
      title: '400 MiB, floors',
      data: { size: 400 * MIB, days: 3 },
      contestants: FLOORS,
    },
  ],
  charts: [
    {
      file: 'throughput.svg',
      title: 'One thread, snappy',
      measure: 'megabytesPerSecond',
      groups: ['one thread', 'rows'],
    },
  ],
};
