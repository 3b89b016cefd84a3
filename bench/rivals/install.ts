import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as DuckDb from '@duckdb/node-api';
import { BENCH } from '../paths.ts';

const { resolve } = createRequire(path.join(BENCH, 'package.json'));

/** Installs what `bench/package.json` names, unless it is there in the version named. */
export function installRivals(): void {
  const { dependencies } = manifest(path.join(BENCH, 'package.json'));
  const missing = Object.entries(dependencies ?? {}).some(
    ([name, version]) => rivalVersion(name) !== version,
  );
  if (!missing) return;
  console.error('Installing the rivals into bench/node_modules (650 MB) …');
  // Not `npm ci`: chdb names optional packages of other platforms that the registry does not have, which
  // no lock file can hold.
  npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'], BENCH);
}

/** Runs npm; its report goes to stderr, as stdout carries results only. */
export function npm(args: string[], folder: string): void {
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(program, args, { cwd: folder, stdio: ['ignore', 2, 2] });
}

/** A package out of `bench/node_modules`; `T` is as much of it as the caller uses. */
export async function loadRival<T>(name: string): Promise<T> {
  const module = (await import(pathToFileURL(resolve(name)).href)) as T & { default?: T };
  return module.default ?? module;
}

/** DuckDB out of `bench/node_modules`, or the one that the tests use. */
export function loadDuckDb(): Promise<typeof DuckDb> {
  return loadRival('@duckdb/node-api');
}

/** Undefined if it is not installed. */
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
