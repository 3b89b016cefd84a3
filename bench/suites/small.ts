import { duckDb, FLOORS, help, product } from '../contestants.ts';
import type { Suite } from '../suites.ts';
import { MIB } from '../units.ts';

const NODE_ALONE = FLOORS.filter(({ does }) => does === 'start');

export const small: Suite = {
  title: 'Small input',
  heats: [
    {
      title: '1,000 events',
      data: { size: MIB, days: 1, events: 1_000 },
      contestants: [product(), duckDb(2), help(), ...NODE_ALONE],
    },
  ],
  charts: [{ file: 'seconds.svg', title: '1,000 events', measure: 'wallSeconds' }],
};
