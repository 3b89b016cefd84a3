import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './paths.ts';
import { duckDbVersion } from './rivals/install.ts';

/** Where figures were measured. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryBytes: number;
  os: string;
  arch: string;
}

/** What was measured. */
export interface Versions {
  'hackle-import': string;
  node: string;
  duckdb: string | null;
  parquetjs: string;
}

export function machine(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()}`,
    arch: os.arch(),
  };
}

export function versions(node: string): Versions {
  return {
    'hackle-import': packageVersion('package.json'),
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    duckdb: duckDbVersion() ?? null,
    parquetjs: packageVersion('node_modules/@dsnp/parquetjs/package.json'),
  };
}

function packageVersion(file: string): string {
  return (JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as { version: string }).version;
}
