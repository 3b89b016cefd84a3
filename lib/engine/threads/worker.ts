// The entry of a worker thread. It runs the tasks of the main thread, blocks and at last `finish`, one after another,
// and sends their results (see protocol.ts).
import { parentPort } from 'node:worker_threads';
import { useKernelModule } from '../../batch/kernel.ts';
import { keepMemory } from '../../large-buffers.ts';
// Most blocks are lines: loaded while the thread starts, not with the first block.
import '../../parse/ndjson/block-parser.ts';
import { transformerOf } from '../../transform/load-transform.ts';
import type { BlockResult } from '../block-result.ts';
import type { WorkOptions } from '../options.ts';
import { Work } from '../work.ts';
import { failureOf } from './failure.ts';
import { withOwnMemory } from './memory.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { StoredBytes } from './stored-bytes.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

type Start = Extract<ToWorker, { kind: 'start' }>;
type SourceTask = Extract<ToWorker, { kind: 'source' }>;
type Task = Extract<ToWorker, { kind: 'block' | 'source' | 'finish' }>;

/** Results of a source that are sent before the main thread has taken them. */
const RESULTS_AHEAD = 2;

let work: Work | undefined;
let workOptions: WorkOptions;
/** The bytes of the sources that are read whole, by their number. */
const stored = new Map<number, StoredBytes>();
/** The source that is being read whole. */
let reading: { id: number; allow: () => void } | undefined;
/** Tasks that have not begun. */
const tasks: Task[] = [];
/** The results of the task in progress; `more` requests the next one. */
let results: Iterator<BlockResult> | undefined;
/** The bytes of the block in progress, whose memory goes back with its last result. */
let used: Uint8Array<ArrayBuffer>[] = [];
/** Whether the task in progress is the last one. */
let isLast = false;

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'start':
      start(message).then(runTasks, fail);
      return;
    case 'more':
      attempt(sendNext);
      break;
    case 'allow':
      // It may come late, when the source has ended.
      if (message.id === reading?.id) reading.allow();
      return;
    case 'stored':
      stored.get(message.id)?.push(message.piece, message.isLast);
      return;
    case 'source':
      if (message.file === undefined) {
        stored.set(message.id, new StoredBytes(() => send({ kind: 'taken', id: message.id })));
      }
      tasks.push(message);
      break;
    case 'memory':
      keepMemory(message.memory);
      break;
    default:
      tasks.push(message);
  }
  runTasks();
});

async function start({ options, module }: Start): Promise<void> {
  useKernelModule(module);
  workOptions = options;
  work = new Work(options, await transformerOf(options.transform));
}

/** Begins tasks until one must wait, for `more` or for the parser of its format. */
function runTasks(): void {
  attempt(() => {
    while (work !== undefined && isIdle() && tasks[0] !== undefined) {
      const [task] = tasks;
      if (task.kind === 'block' && !work.isLoaded(task.formatted.format)) {
        work.load(task.formatted.format).then(runTasks, fail);
        return;
      }
      tasks.shift();
      if (task.kind === 'source') readWhole(work, task).then(runTasks, fail);
      else begin(work, task);
    }
  });
}

function isIdle(): boolean {
  return results === undefined && reading === undefined;
}

function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  send({ kind: 'failed', failure: failureOf(error) });
}

/** Reads a whole source, and sends its results. */
async function readWhole(work: Work, { id, name, size, file }: SourceTask): Promise<void> {
  let allowed = RESULTS_AHEAD;
  let wake = (): void => {};
  reading = {
    id,
    allow: () => {
      allowed++;
      wake();
    },
  };
  // Loaded with the first such source: most runs have none.
  const { sourceOf, wholeSource } = await import('./whole-source.ts');
  const bytes = stored.get(id);
  const source = sourceOf({ name, size }, file ?? (bytes as StoredBytes));
  for await (const result of wholeSource(work, workOptions, source)) {
    while (allowed === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    allowed--;
    if (result.last) used = bytes?.used ?? [];
    sendResult(result);
  }
  stored.delete(id);
  reading = undefined;
}

function begin(work: Work, task: Exclude<Task, SourceTask>): void {
  if (task.kind === 'finish') {
    results = work.finish();
    isLast = true;
  } else {
    used = task.formatted.block.pieces as Uint8Array<ArrayBuffer>[];
    results = work.process(task.source, task.formatted);
  }
  sendNext();
}

/** Sends the next result of the task in progress. After its last one the next task can begin. */
function sendNext(): void {
  const next = results?.next();
  if (next === undefined || next.done)
    throw new Error('the task in progress has no further result');
  if (next.value.last) results = undefined;
  sendResult(next.value);
  if (next.value.last && isLast) port?.close();
}

/** Sends a result. Row groups are transferred, not copied; input buffers go back to be reused for other chunks. */
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
