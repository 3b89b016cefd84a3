// The entry of a worker thread: takes messages one by one, each worked off before the next.
import { parentPort } from 'node:worker_threads';
import { useKernelModule } from '../../batch/kernel.ts';
import { keepMemory } from '../../large-buffers.ts';
import { transformOf } from '../../transform/load-transform.ts';
import { Work } from '../work.ts';
import { failureOf } from './failure.ts';
import { withOwnMemory } from './memory.ts';
import type { BlockResult, FromWorker, ToWorker } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

type Start = Extract<ToWorker, { kind: 'start' }>;

let work: Work | undefined;
const waiting: Exclude<ToWorker, Start>[] = [];
/** The block in progress, which goes on with `more`. */
let parts: Iterator<BlockResult> | undefined;
let used: Uint8Array<ArrayBuffer>[] = [];
/** Nothing comes behind what is in progress. */
let isLast = false;

port.on('message', (message: ToWorker) => {
  if (message.kind === 'start') start(message).then(goOn, fail);
  else {
    if (message.kind === 'more') attempt(step);
    else if (message.kind === 'memory') keepMemory(message.memory);
    else waiting.push(message);
    goOn();
  }
});

async function start({ options, module }: Start): Promise<void> {
  useKernelModule(module);
  work = new Work(options, await transformOf(options.transform));
}

function goOn(): void {
  attempt(() => {
    while (work !== undefined && parts === undefined && waiting.length > 0) {
      begin(work, waiting.shift() as Exclude<ToWorker, Start>);
    }
  });
}

function attempt(step: () => void): void {
  try {
    step();
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  send({ kind: 'failed', failure: failureOf(error) });
}

function begin(work: Work, message: Exclude<ToWorker, Start>): void {
  if (message.kind === 'finish') {
    parts = work.finish();
    isLast = true;
    step();
  } else if (message.kind === 'block') {
    used = message.block.pieces;
    parts = work.block(message.source, message.block);
    step();
  }
}

/** Gives the next part; behind the last one the next message has its turn. */
function step(): void {
  const next = parts?.next();
  if (next === undefined || next.done) throw new Error('there is no more of this');
  if (next.value.last) parts = undefined;
  sendPart(next.value);
  if (next.value.last && isLast) port?.close();
}

/** Input buffers go back for the next chunks; row groups go without being copied. */
function sendPart(part: BlockResult): void {
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
