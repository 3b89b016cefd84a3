import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as DuckDb from '@duckdb/node-api';
import { BENCH } from '../paths.ts';

const { resolve } = createRequire(path.join(BENCH, 'package.json'));

/** Installs the packages in `bench/package.json`, unless they are installed in these versions. */
export function installRivals(): void {
  const { dependencies } = manifest(path.join(BENCH, 'package.json'));
  const missing = Object.entries(dependencies ?? {}).some(
    ([name, version]) => rivalVersion(name) !== version,
  );
  if (!missing) return;
  console.error('Installing the rivals into bench/node_modules (650 MB) …');
  // Not `npm ci`: chdb has optional packages for other platforms that the registry does not have, so a lock file
  // cannot contain them.
  npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'], BENCH);
}

/** Runs npm with its output on stderr, because stdout is for results only. */
export function npm(args: string[], folder: string): void {
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(program, args, { cwd: folder, stdio: ['ignore', 2, 2] });
}

/** Imports a package from `bench/node_modules`. `T` declares the part that the caller uses. */
export async function loadRival<T>(name: string): Promise<T> {
  const module = (await import(pathToFileURL(resolve(name)).href)) as T & { default?: T };
  return module.default ?? module;
}

/** Imports DuckDB from `bench/node_modules`, or else the one of the tests. */
export function loadDuckDb(): Promise<typeof DuckDb> {
  return loadRival('@duckdb/node-api');
}

/** Returns the installed version of a package; undefined if it is not installed. */
export function rivalVersion(name: string): string | undefined {
  try {
    return manifest(path.join(BENCH, 'node_modules', name, 'package.json')).version;
  } catch {
    return undefined;
  }
}

function manifest(file: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(file, 'utf8'));
}
