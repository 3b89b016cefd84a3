import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './paths.ts';
import { rivalVersion } from './rivals/install.ts';

/** Where figures were measured. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryBytes: number;
  os: string;
  arch: string;
}

/** By name what was measured; null if it is not installed. Node's is with each contestant. */
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
