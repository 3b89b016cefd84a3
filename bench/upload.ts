/**
 * Runs the same conversion to a folder and to an S3 server in this process, which costs next to nothing. Prints the
 * seconds of both by step, as one JSON object.
 *
 *     node dist/bench/upload.js FILE FOLDER [--threads 2]
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ENVIRONMENT } from '../test/servers/s3-support.ts';
import { compiled, ROOT } from './paths.ts';
import { S3Sink } from './s3-sink.ts';
import type { Usage } from './usage.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '2' } },
});
const [file, folder] = positionals;
if (file === undefined || folder === undefined) throw new Error('FILE and FOLDER are expected.');

interface Seconds {
  wall: number;
  cpu: number;
}

async function run(to: string, ...flags: string[]): Promise<Seconds> {
  const program = path.join(ROOT, 'dist/bin/hackle-import.js');
  const usageFile = `${folder}.usage.json`;
  const args = [file as string, '--to', to, '-q', '--threads', values.threads, ...flags];
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', compiled('usage.js'), program, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...ENVIRONMENT, HACKLE_BENCH_USAGE: usageFile },
  });
  const status = await new Promise((resolve) => child.on('exit', resolve));
  const wall = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${to}: exit code ${status}`);
  const { userSeconds, systemSeconds } = JSON.parse(readFileSync(usageFile, 'utf8')) as Usage;
  rmSync(usageFile);
  return { wall, cpu: userSeconds + systemSeconds };
}

function bytesIn(output: string): number {
  return readdirSync(output, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

rmSync(folder, { recursive: true, force: true });
const local = await run(folder);
const bytes = bytesIn(folder);
rmSync(folder, { recursive: true, force: true });
const server = await S3Sink.start();
const cpu = process.cpuUsage();
const uploaded = await run('s3://bucket/prefix', '--endpoint', server.endpoint);
const { user, system } = process.cpuUsage(cpu);
server.close();
if (server.bytes !== bytes) throw new Error(`${server.bytes} bytes were uploaded, not ${bytes}`);
console.log(
  JSON.stringify({
    'to a folder': local.wall,
    'to S3 on this machine': uploaded.wall,
    'CPU of the run to a folder': local.cpu,
    'CPU of the run to S3': uploaded.cpu,
    'CPU of the server': (user + system) / 1e6,
  }),
);
