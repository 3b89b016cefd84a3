#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { ImportError } from '../lib/errors.ts';
import { failureJson, failureText } from './failure.ts';
import { ownWords } from './own-words.ts';
import { run } from './run.ts';
import { exit } from './signals.ts';
import { styleFor } from './style.ts';

// A run puts few objects on the heap, and they live for a short time. V8 would let its nursery grow with the
// input, which holds memory (27 MiB at 2.5 GiB) and gains no speed. Besides, buffers come and go outside a heap
// of 10 MB, for which V8 marked the whole heap ten times a second (a twelfth of all processor time): let the heap
// grow to three times its size first.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=200');
// A thread that compiles in the background may wait for a garbage collection that the exiting main thread never
// makes (nodejs/node#54918): the process would hang after the run.
setFlagsFromString('--no-concurrent-sparkplug');

const words = ownWords(process.argv.slice(2));

// What is said on stderr may be lost, where its reader is gone or its disk is full. The run goes on, and its exit
// code says how it ended: its files matter more than its output.
process.stderr.on('error', () => {});
// The reader of the result may close it, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  const lost = new ImportError(
    'E_STORE_WRITE',
    `standard output cannot be written: ${error.message}`,
    {
      hint: 'Only the output is lost: committed days stay committed.',
    },
  );
  const style = styleFor(process.stderr, !words.includes('--no-color'));
  const text = words.includes('--json') ? failureJson(lost) : failureText(lost, style, false);
  process.stderr.write(text, () => process.exit(1));
});
process.on('uncaughtException', (error) => {
  const style = styleFor(process.stderr, !words.includes('--no-color'));
  process.stderr.write(failureText(error, style, words.includes('--debug')));
  process.exit(1);
});

const code = await run(process.argv.slice(2));
// Waits until both pipes are written. After that nothing, such as an idle stdin, may delay the exit.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((resolve) => void stream.write('', () => resolve())),
  ),
);
await exit(code);
