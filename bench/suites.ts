import type { Contestant } from './contestants.ts';
import type { Format } from './formats.ts';
import type { DataParameters } from './generate.ts';
import { formats } from './suites/formats.ts';
import { main } from './suites/main.ts';
import { memory } from './suites/memory.ts';
import { scaling } from './suites/scaling.ts';
import { small } from './suites/small.ts';
import { stages } from './suites/stages.ts';
import { threads } from './suites/threads.ts';
import { upload } from './suites/upload.ts';

/** Contestants that take turns on one file. */
export interface Heat {
  title: string;
  /** Heats of one chart. */
  group?: string;
  data: DataParameters;
  /** Default NDJSON. */
  format?: Format;
  contestants: Contestant[];
}

/** A picture of a suite's medians. */
export interface Chart {
  /** Of the SVG. */
  file: string;
  title: string;
  measure: 'megabytesPerSecond' | 'eventsPerSecond' | 'wallSeconds' | 'peakRss';
  /** Default: all heats. */
  groups?: string[];
  /** Lines over the heats, with this title below; default: bars for each heat. */
  lines?: string;
}

export interface Suite {
  title: string;
  heats: Heat[];
  charts: Chart[];
}

/** By name, as given on the command line. */
export const SUITES: Record<string, Suite> = {
  main,
  threads,
  stages,
  memory,
  scaling,
  formats,
  small,
  upload,
};
