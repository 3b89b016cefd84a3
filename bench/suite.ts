import type { Contestant } from './contestants.ts';
import type { Format } from './formats.ts';
import type { DataParameters } from './generate.ts';

/** Contestants that process the same file in turns. */
export interface Heat {
  title: string;
  /** Name of the group to which the heat belongs; a chart shows groups. */
  group?: string;
  data: DataParameters;
  /** Format of the file. Default NDJSON. */
  format?: Format;
  contestants: Contestant[];
}

/** A chart of the medians of a suite. */
export interface Chart {
  /** Name of the SVG file. */
  file: string;
  title: string;
  measure: 'megabytesPerSecond' | 'eventsPerSecond' | 'wallSeconds' | 'peakRss';
  /** Groups of heats to show. Default: all heats. */
  groups?: string[];
  /** Title of the horizontal axis, for a chart of lines across the heats. Default: a chart of bars for each heat. */
  lines?: string;
}

export interface Suite {
  title: string;
  heats: Heat[];
  charts: Chart[];
}
