import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './paths.ts';
import { rivalVersion } from './rivals/install.ts';

/** The machine on which figures were measured. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryBytes: number;
  os: string;
  arch: string;
}

/**
 * Versions of the measured programs by name; null if a program is not installed. Each contestant has its own version
 * of Node.
 */
export type Versions = Record<string, string | null>;

export function machine(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()}`,
    arch: os.arch(),
  };
}

export function versions(): Versions {
  return {
    'hackle-import': packageVersion('package.json'),
    DuckDB: rivalVersion('@duckdb/node-api') ?? null,
    'ClickHouse (chdb)': rivalVersion('chdb') ?? null,
    '@dsnp/parquetjs': packageVersion('node_modules/@dsnp/parquetjs/package.json'),
    'hyparquet-writer': rivalVersion('hyparquet-writer') ?? null,
  };
}

function packageVersion(file: string): string {
  return (JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as { version: string }).version;
}
