import type { ConvertOptions } from '../lib/options/options.ts';
import type { Report } from '../lib/report.ts';
import { statOfStdin } from '../lib/source/stdin.ts';
import { die, type StopSignal } from './signals.ts';

/** What a command needs from its surroundings. */
export interface World {
  stdout: Pick<NodeJS.WriteStream, 'write'> &
    Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>;
  stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  /** Whether something is piped or redirected into standard input. */
  hasStdin: () => boolean;
  /** Loads the library when there is work: `--help` must not wait for it. */
  loadConvert: () => Promise<(options: ConvertOptions) => Promise<Report>>;
  die: (name: StopSignal) => void;
}

/** The surroundings of a process. */
export const PROCESS: World = {
  stdout: process.stdout,
  stderr: process.stderr,
  hasStdin,
  loadConvert: async () => (await import('../lib/convert.ts')).convert,
  die,
};

function hasStdin(): boolean {
  const stdin = statOfStdin();
  return stdin !== undefined && (stdin.isFIFO() || stdin.isFile() || stdin.isSocket());
}
