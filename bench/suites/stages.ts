import { stages as contestant } from '../contestants.ts';
import type { Suite } from '../suite.ts';
import { MIB } from '../units.ts';

export const stages: Suite = {
  title: 'Stages one by one, in process; the codec alone on the same pages',
  heats: [
    {
      title: '400 MiB, 3 days',
      data: { size: 400 * MIB, days: 3 },
      contestants: [contestant('snappy', 2), contestant('zstd', 2)],
    },
  ],
  charts: [{ file: 'stages.svg', title: 'Stages', measure: 'megabytesPerSecond' }],
};
