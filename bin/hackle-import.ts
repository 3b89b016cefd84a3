#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { ImportError } from '../lib/errors.ts';
import { failureJson, failureText } from './failure.ts';
import { run } from './run.ts';
import { exit } from './signals.ts';
import { styleFor } from './style.ts';

// What a run makes on the heap is little and lives short: where V8's nursery grows with the input, it only
// holds memory (27 MiB at 2.5 GiB, for no speed). And beside a heap of 10 MB buffers come and go, which made
// V8 mark it all ten times a second (a twelfth of all processor time): it may grow to three times that first.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=200');
// A thread that compiles in the background may wait for a collection that the exiting main thread never makes
// (nodejs/node#54918): the run would be over, and never end.
setFlagsFromString('--no-concurrent-sparkplug');

// Whoever reads the output may leave, as `head` does. The job is not less important for that.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.exit(1);
});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  const lost = new ImportError(
    'E_STORE_WRITE',
    `standard output cannot be written: ${error.message}`,
    {
      hint: 'Only what was printed is lost: days that were committed stay so.',
    },
  );
  const style = styleFor(process.stderr, !process.argv.includes('--no-color'));
  const text = process.argv.includes('--json')
    ? failureJson(lost)
    : failureText(lost, style, false);
  process.stderr.write(text, () => process.exit(1));
});
process.on('uncaughtException', (error) => {
  const style = styleFor(process.stderr, !process.argv.includes('--no-color'));
  process.stderr.write(failureText(error, style, process.argv.includes('--debug')));
  process.exit(1);
});

const code = await run(process.argv.slice(2));
// What is left in pipes goes out first; then nothing, such as an idle stdin, holds up the end.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => void stream.write('', () => resolve())),
  ),
);
await exit(code);
