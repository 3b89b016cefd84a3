import { Worker } from 'node:worker_threads';

// A worker takes about 100 ms to start, most of which it spends loading modules. A worker that is started ahead
// does so while the main thread loads its own modules.

/**
 * Size of V8's young generation in a worker. A worker's few objects are short-lived; the default size would only hold
 * memory.
 */
const YOUNG_MB = 8;

/** Workers that are started, but not acquired. */
const ahead: Worker[] = [];

/** Starts workers until `count` of them are ready to be acquired. They do not keep the process alive. */
export function startAhead(count: number): void {
  while (ahead.length < count) {
    const worker = start();
    ahead.push(worker);
    worker.unref();
    worker.on('error', () => forget(worker)).on('exit', () => forget(worker));
  }
}

/** Returns a worker that was started ahead, or a new one. It waits for the message `start`. */
export function acquireWorker(): Worker {
  const worker = ahead.shift() ?? start();
  worker.removeAllListeners();
  worker.ref();
  return worker;
}

/** Terminates the workers that were started ahead and never acquired. */
export async function endAhead(): Promise<void> {
  await Promise.all(ahead.splice(0).map((worker) => worker.terminate()));
}

function start(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), {
    name: 'hackle-import',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
}

function forget(worker: Worker): void {
  const at = ahead.indexOf(worker);
  if (at >= 0) ahead.splice(at, 1);
}
