/**
 * The same run to a folder and to an S3 server on this machine, the test suite's own, which lives in this
 * process. Prints seconds by where it went, as one JSON object.
 *
 *     node dist/bench/upload.js FILE FOLDER [--threads 2]
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { vendorPolicy } from '../test/servers/s3-policy.ts';
import { S3Server } from '../test/servers/s3-server.ts';
import {
  ENVIRONMENT,
  PREFIX,
  TOOL_KEY,
  TOOL_SECRET,
  TOOL_TOKEN,
} from '../test/servers/s3-support.ts';
import { ROOT } from './paths.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '2' } },
});
const [file, folder] = positionals;
if (file === undefined || folder === undefined) throw new Error('FILE and FOLDER are expected.');

async function seconds(to: string, ...flags: string[]): Promise<number> {
  const program = path.join(ROOT, 'dist/bin/hackle-import.js');
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [program, file as string, '--to', to, '-q', '--threads', values.threads, ...flags],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...ENVIRONMENT } },
  );
  const status = await new Promise((resolve) => child.on('exit', resolve));
  if (status !== 0) throw new Error(`${to}: exit code ${status}`);
  return (performance.now() - start) / 1000;
}

rmSync(folder, { recursive: true, force: true });
const local = await seconds(folder);
rmSync(folder, { recursive: true, force: true });
const server = await S3Server.start();
server.users.set(TOOL_KEY, {
  secret: TOOL_SECRET,
  token: TOOL_TOKEN,
  policy: vendorPolicy(PREFIX),
});
const cpu = process.cpuUsage();
const uploaded = await seconds(`s3://${server.name}/${PREFIX}`, '--endpoint', server.endpoint);
const { user, system } = process.cpuUsage(cpu);
await server.close();
console.log(
  JSON.stringify({
    'to a folder': local,
    'to S3 on this machine': uploaded,
    'of that, CPU of the server': (user + system) / 1e6,
  }),
);
