import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contestant } from './contestants.ts';
import type { Data } from './generate.ts';
import { compiled, DATA } from './paths.ts';
import type { Usage } from './usage.ts';

/** One run of one contestant. */
export interface Run extends Usage {
  /** From the start of the process to its end. */
  wallSeconds: number;
  outputBytes: number;
  outputFiles: number;
}

/** Reads the file once, so that each run finds it in the page cache. */
export async function warm(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 4 << 20 }));
}

/** Where a contestant writes; emptied before each run. */
export function outputFolder(contestant: Contestant): string {
  return path.join(DATA, 'out', contestant.name.replace(/[^\w.-]+/g, '-'));
}

/** Runs a contestant once; throws with what it wrote to stderr if it fails. */
export async function measure(contestant: Contestant, data: Data, node: string): Promise<Run> {
  const folder = outputFolder(contestant);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  // What the run before wrote shall not be written back during this one.
  if (process.platform !== 'win32') spawnSync('sync');

  const usageFile = path.join(DATA, 'usage.json');
  rmSync(usageFile, { force: true });
  const preload = pathToFileURL(compiled('usage.js')).href;
  const start = performance.now();
  const child = spawn(node, ['--import', preload, ...contestant.arguments(data.file, folder)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HACKLE_BENCH_USAGE: usageFile },
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  const { status, end } = await new Promise<{ status: number | string; end: number }>(
    (resolve, reject) => {
      child.on('error', reject);
      // Not 'close', which waits for the end of stderr too.
      let end = 0;
      child.on('exit', () => {
        end = performance.now();
      });
      child.on('close', (code, signal) => resolve({ status: code ?? signal ?? 'unknown', end }));
    },
  );
  if (status !== 0) throw new Error(`${contestant.name} ended with ${status}:\n${errors}`);

  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.parquet'),
  );
  return {
    wallSeconds: (end - start) / 1000,
    ...(JSON.parse(readFileSync(usageFile, 'utf8')) as Usage),
    outputBytes: files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0),
    outputFiles: files.length,
  };
}
