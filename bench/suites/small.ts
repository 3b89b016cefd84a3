import { duckDb, help, node, product } from '../contestants.ts';
import type { Suite } from '../suite.ts';
import { MIB } from '../units.ts';

export const small: Suite = {
  title: 'Small input',
  heats: [
    {
      title: '1,000 events',
      data: { size: MIB, days: 1, events: 1_000 },
      contestants: [product(), duckDb(2), help(), node()],
    },
  ],
  charts: [{ file: 'seconds.svg', title: '1,000 events', measure: 'wallSeconds' }],
};
