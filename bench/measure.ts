import { spawn, spawnSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contestant } from './contestants.ts';
import type { Data } from './generate.ts';
import { compiled, DATA } from './paths.ts';
import type { Usage } from './usage.ts';

/** One run of one contestant. */
export interface Run {
  /** From the start of the process to its end. */
  wallSeconds: number;
  /** Only for programs that node runs. */
  usage?: Usage;
  output?: { bytes: number; files: number };
  /** Seconds of each step, for contestants that time their steps. */
  steps?: Record<string, number>;
}

/** Reads the file once, so that each run finds it in the page cache. */
export async function warm(file: string): Promise<void> {
  const folder = path.dirname(file);
  const files = file.includes('*')
    ? readdirSync(folder).map((name) => path.join(folder, name))
    : [file];
  for (const each of files) {
    for await (const _ of createReadStream(each, { highWaterMark: 4 << 20 }));
  }
}

/** Returns the folder to which a contestant writes. It is emptied before each run. */
export function outputFolder(contestant: Contestant): string {
  return path.join(DATA, 'out', contestant.name.replace(/[^\w.-]+/g, '-'));
}

/** Runs a contestant once. If it fails, throws an error with its output to stderr. */
export async function measure(contestant: Contestant, data: Data, node: string): Promise<Run> {
  const folder = outputFolder(contestant);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  // Flushes the output of the run before, so that it is not written back during this one.
  if (process.platform !== 'win32') spawnSync('sync');

  const usageFile = path.join(DATA, 'usage.json');
  rmSync(usageFile, { force: true });
  const file = contestant.isPiped ? '/dev/stdin' : data.file;
  const [program = '', ...args] = contestant.command(file, folder);
  const own = program === 'node' ? [node, '--import', PRELOAD, ...args] : [program, ...args];
  const { seconds, stdout } = await execute(
    contestant.name,
    contestant.isPiped ? ['sh', '-c', 'cat "$0" | exec "$@"', data.file, ...own] : own,
    { isQuiet: program === 'node', usageFile },
  );
  return {
    wallSeconds: seconds,
    ...(existsSync(usageFile) && { usage: JSON.parse(readFileSync(usageFile, 'utf8')) as Usage }),
    ...(existsSync(folder) && { output: parquetFiles(folder) }),
    ...(contestant.steps && { steps: JSON.parse(stdout) as Record<string, number> }),
  };
}

const PRELOAD = pathToFileURL(compiled('usage.js')).href;

async function execute(
  name: string,
  [program = '', ...args]: string[],
  { isQuiet, usageFile }: { isQuiet: boolean; usageFile: string },
): Promise<{ seconds: number; stdout: string }> {
  const start = performance.now();
  const child = spawn(program, args, {
    // With a pipe, `cat` would wait for this process. Programs that node runs print little.
    stdio: ['ignore', isQuiet ? 'pipe' : 'ignore', 'pipe'],
    env: { ...process.env, HACKLE_BENCH_USAGE: usageFile },
  });
  let stdout = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  let end = 0;
  const status = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    // Not 'close', which also waits for the end of stderr.
    child.on('exit', () => {
      end = performance.now();
    });
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${errors}${stdout}`.trim());
  return { seconds: (end - start) / 1000, stdout };
}

function parquetFiles(folder: string): { bytes: number; files: number } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.parquet'),
  );
  return {
    bytes: files.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0),
    files: files.length,
  };
}
