import type { ConvertOptions } from '../lib/options/options.ts';
import type { Report } from '../lib/report.ts';
import type { StopSignal } from './signals.ts';

/** What a run needs of the world. */
export interface World {
  stdout: Pick<NodeJS.WriteStream, 'write'>;
  stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  /** Whether something is piped or redirected into standard input. */
  hasStdin: () => boolean;
  /** Loaded when there is work: help must not wait for it. */
  loadConvert: () => Promise<(options: ConvertOptions) => Promise<Report>>;
  die: (name: StopSignal) => void;
}
