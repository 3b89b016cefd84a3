import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as DuckDb from '@duckdb/node-api';
import { BENCH } from '../paths.ts';

const DUCKDB = '@duckdb/node-api';

/** Installs what `bench/package.json` names, unless it is there in the version named. */
export function installRivals(): void {
  const { dependencies } = manifest(path.join(BENCH, 'package.json'));
  const missing = Object.entries(dependencies ?? {}).some(
    ([name, version]) => installedVersion(name) !== version,
  );
  if (!missing) return;
  console.error('Installing the rivals into bench/node_modules …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Its report goes to stderr: stdout carries results only.
  execFileSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: BENCH, stdio: ['ignore', 2, 2] });
}

/** DuckDB out of `bench/node_modules`. */
export function loadDuckDb(): typeof DuckDb {
  return createRequire(path.join(BENCH, 'package.json'))(DUCKDB) as typeof DuckDb;
}

export function duckDbVersion(): string | undefined {
  return installedVersion(DUCKDB);
}

function installedVersion(name: string): string | undefined {
  try {
    return manifest(path.join(BENCH, 'node_modules', name, 'package.json')).version;
  } catch {
    return undefined;
  }
}

function manifest(file: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(file, 'utf8'));
}
