import type { Contestant } from './contestants.ts';
import type { Data } from './generate.ts';
import type { Machine, Versions } from './machine.ts';
import type { Run } from './measure.ts';
import { type Spread, spread } from './statistics.ts';

/** Medians of a contestant over its runs. A figure that does not apply is null. */
export interface ContestantResult {
  name: string;
  command: string;
  node: string;
  /** Uncompressed input per second, in units of 10^6 bytes. */
  megabytesPerSecond: Spread | null;
  eventsPerSecond: Spread | null;
  wallSeconds: Spread;
  /** User and system time of all threads. */
  cpuSeconds: Spread | null;
  /** In bytes. */
  peakRss: Spread | null;
  outputBytes: number | null;
  runs: Run[];
}

export interface HeatResult {
  title: string;
  /** Name of the group to which the heat belongs; a chart shows groups. */
  group?: string;
  data: Omit<Data, 'file'>;
  contestants: ContestantResult[];
  /** Result of the check of the outputs; empty if there are none. */
  verified: string;
}

/** The saved results of one run of a suite. */
export interface Results {
  suite: string;
  title: string;
  date: string;
  command: string;
  machine: Machine;
  versions: Versions;
  heats: HeatResult[];
}

interface How {
  command: string;
  node: string;
}

export function summarize(
  { name, does }: Contestant,
  how: How,
  data: Data,
  runs: Run[],
): ContestantResult {
  const seconds = runs.map((run) => run.wallSeconds);
  const usages = runs.flatMap(({ usage }) => usage ?? []);
  return {
    name,
    ...how,
    ...(does === 'start' ? NO_RATES : rates(data, seconds)),
    wallSeconds: spread(seconds),
    cpuSeconds: spreadOrNull(usages.map((usage) => usage.userSeconds + usage.systemSeconds)),
    peakRss: spreadOrNull(usages.map(({ peakRss }) => peakRss)),
    outputBytes: runs.at(-1)?.output?.bytes ?? null,
    runs,
  };
}

/** Returns a result for each step of a contestant that times its steps. */
export function stepResults(
  { name }: Contestant,
  how: How,
  data: Data,
  runs: Run[],
): ContestantResult[] {
  return Object.keys(runs[0]?.steps ?? {}).map((step) => {
    const seconds = runs.map(({ steps }) => steps?.[step] ?? Number.NaN);
    return {
      name: `${name}: ${step}`,
      ...how,
      ...rates(data, seconds),
      wallSeconds: spread(seconds),
      cpuSeconds: null,
      peakRss: null,
      outputBytes: null,
      runs: seconds.map((wallSeconds) => ({ wallSeconds })),
    };
  });
}

function spreadOrNull(figures: number[]): Spread | null {
  return figures.length === 0 ? null : spread(figures);
}

type Rates = Pick<ContestantResult, 'megabytesPerSecond' | 'eventsPerSecond'>;

const NO_RATES: Rates = { megabytesPerSecond: null, eventsPerSecond: null };

function rates(data: Data, seconds: readonly number[]): Rates {
  return {
    megabytesPerSecond: spread(seconds.map((s) => data.bytes / 1e6 / s)),
    eventsPerSecond: spread(seconds.map((s) => data.events / s)),
  };
}
