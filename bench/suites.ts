import { type Contestant, duckDb, parquetJs, product } from './contestants.ts';
import type { DataParameters } from './generate.ts';

/** Contestants that take turns on one file. */
export interface Heat {
  title: string;
  data: DataParameters;
  contestants: Contestant[];
  /** Default: what `--runs` says. */
  runs?: number;
}

export interface Suite {
  title: string;
  heats: Heat[];
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** By name, as given on the command line. */
export const SUITES: Record<string, Suite> = {
  main: {
    title: 'File to committed folder, one thread, snappy',
    heats: [
      {
        title: '400 MiB, 3 days',
        data: { size: 400 * MIB, days: 3 },
        contestants: [product(), duckDb(1)],
      },
      {
        // Slow and steady: a cut is enough to tell its rate.
        title: '40 MiB, 3 days',
        data: { size: 40 * MIB, days: 3 },
        contestants: [parquetJs()],
        runs: 1,
      },
    ],
  },
  memory: {
    title: 'Peak memory by size and shape of the input',
    heats: [
      { title: '400 MiB, 3 days', data: { size: 400 * MIB, days: 3 }, contestants: [product()] },
      { title: '4 GiB, 3 days', data: { size: 4 * GIB, days: 3 }, contestants: [product()] },
      {
        title: '400 MiB, 400 days interleaved',
        data: { size: 400 * MIB, days: 400, interleaved: true },
        contestants: [product()],
      },
    ],
  },
};
