// The entry of a worker thread: takes messages one by one, each worked off before the next.
import { parentPort, workerData } from 'node:worker_threads';
import { useKernelModule } from '../batch/kernel.ts';
import { transformOf } from '../transform/load-transform.ts';
import { failureOf } from './failure.ts';
import { withOwnMemory } from './memory.ts';
import type { FromWorker, Part, ToWorker, WorkerData } from './protocol.ts';
import { Work } from './work.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

/** Made with the first message, so that what is wrong with the options is told like any other failure. */
let work: Work | undefined;
const transform = await transformOf((workerData as WorkerData).options.transform);
const waiting: ToWorker[] = [];
/** The block in progress, which goes on with `more`. */
let parts: Iterator<Part> | undefined;
let used: Uint8Array<ArrayBuffer>[] = [];

port.on('message', (message: ToWorker) => {
  try {
    if (message.kind === 'more') step();
    else waiting.push(message);
    while (parts === undefined && waiting.length > 0) begin(waiting.shift() as ToWorker);
  } catch (error) {
    send({ kind: 'failed', failure: failureOf(error) });
  }
});

function start({ options, module }: WorkerData): Work {
  useKernelModule(module);
  return new Work(options, transform);
}

function begin(message: ToWorker): void {
  work ??= start(workerData as WorkerData);
  if (message.kind === 'finish') {
    sendPart(work.finish());
    port?.close();
  } else if (message.kind === 'block') {
    used = message.block.pieces;
    parts = work.block(message.source, message.block);
    step();
  }
}

/** Gives the block's next part; behind the last one the next message has its turn. */
function step(): void {
  const next = parts?.next();
  if (next === undefined || next.done) throw new Error('there is no more of this block');
  if (next.value.last) parts = undefined;
  sendPart(next.value);
}

/** Input buffers go back for the next chunks; row groups go without being copied. */
function sendPart(part: Part): void {
  const back = part.last ? used : [];
  if (part.last) used = [];
  for (const { group } of part.groups) group.bytes = withOwnMemory(group.bytes);
  const memory = new Set([...back, ...part.groups.map(({ group }) => group.bytes)].map(memoryOf));
  send({ kind: 'part', part, used: back }, [...memory]);
}

function memoryOf({ buffer }: Uint8Array): ArrayBuffer {
  return buffer as ArrayBuffer;
}

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
