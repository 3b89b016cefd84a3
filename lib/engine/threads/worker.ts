// The entry of a worker thread: takes messages one by one, and finishes each before the next.
import { parentPort } from 'node:worker_threads';
import { useKernelModule } from '../../batch/kernel.ts';
import { keepMemory } from '../../large-buffers.ts';
import { transformOf } from '../../transform/load-transform.ts';
import type { BlockResult } from '../block-result.ts';
import { Work } from '../work.ts';
import { failureOf } from './failure.ts';
import { withOwnMemory } from './memory.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

type Start = Extract<ToWorker, { kind: 'start' }>;
type Task = Extract<ToWorker, { kind: 'block' | 'finish' }>;

let work: Work | undefined;
const tasks: Task[] = [];
/** Results of the task in progress, which goes on with `more`. */
let results: Iterator<BlockResult> | undefined;
let used: Uint8Array<ArrayBuffer>[] = [];
/** Whether the task in progress is the last one. */
let isLast = false;

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'start':
      start(message).then(goOn, fail);
      return;
    case 'more':
      attempt(step);
      break;
    case 'memory':
      keepMemory(message.memory);
      break;
    default:
      tasks.push(message);
  }
  goOn();
});

async function start({ options, module }: Start): Promise<void> {
  useKernelModule(module);
  work = new Work(options, await transformOf(options.transform));
}

/** Begins tasks until one has to wait: for `more`, or for the parser of its format. */
function goOn(): void {
  attempt(() => {
    while (work !== undefined && results === undefined && tasks[0] !== undefined) {
      const [task] = tasks;
      if (task.kind === 'block' && !work.knows(task.formatted.format)) {
        work.load(task.formatted.format).then(goOn, fail);
        return;
      }
      tasks.shift();
      begin(work, task);
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

function begin(work: Work, task: Task): void {
  if (task.kind === 'finish') {
    results = work.finish();
    isLast = true;
  } else {
    used = task.formatted.block.pieces as Uint8Array<ArrayBuffer>[];
    results = work.take(task.source, task.formatted);
  }
  step();
}

/** Sends the next result; after the last one the next task has its turn. */
function step(): void {
  const next = results?.next();
  if (next === undefined || next.done) throw new Error('there is no more of this');
  if (next.value.last) results = undefined;
  sendResult(next.value);
  if (next.value.last && isLast) port?.close();
}

/** Input buffers go back for the next chunks; row groups are transferred, not copied. */
function sendResult(result: BlockResult): void {
  const back = result.last ? used : [];
  if (result.last) used = [];
  for (const { group } of result.groups) group.bytes = withOwnMemory(group.bytes);
  const memory = new Set([...back, ...result.groups.map(({ group }) => group.bytes)].map(memoryOf));
  send({ kind: 'result', result, used: back }, [...memory]);
}

function memoryOf({ buffer }: Uint8Array): ArrayBuffer {
  return buffer as ArrayBuffer;
}

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}
