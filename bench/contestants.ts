import path from 'node:path';
import { compiled, ROOT } from './paths.ts';

/** A program that turns a file of events into a folder of daily Parquet. */
export interface Contestant {
  name: string;
  /** Arguments of node. */
  arguments(file: string, folder: string): string[];
}

/** The product, as a user runs it. */
export function product(name = 'hackle-import', ...options: string[]): Contestant {
  const program = path.join(ROOT, 'dist/bin/hackle-import.js');
  return {
    name,
    arguments: (file, folder) => [program, file, '--to', folder, '-q', '--json', ...options],
  };
}

export function duckDb(threads: number, compression = 'snappy'): Contestant {
  return {
    name: `DuckDB, ${threads === 1 ? 'one thread' : `${threads} threads`}, ${compression}`,
    arguments: (file, folder) => [
      compiled('rivals/duckdb.js'),
      file,
      folder,
      `--threads=${threads}`,
      `--compression=${compression}`,
    ],
  };
}

export function parquetJs(): Contestant {
  return {
    name: 'readline + JSON.parse + parquetjs',
    arguments: (file, folder) => [compiled('rivals/parquetjs.js'), file, folder],
  };
}
