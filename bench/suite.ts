import type { Contestant } from './contestants.ts';
import type { Format } from './formats.ts';
import type { DataParameters } from './generate.ts';

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
