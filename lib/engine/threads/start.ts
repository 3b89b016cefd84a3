import { Worker } from 'node:worker_threads';

// Starting a worker takes a tenth of a second, most of which it loads modules. Started ahead, it does so
// while the main thread loads its own.

/** A worker's few objects live short; a nursery of V8's usual size would only hold memory. */
const YOUNG_MB = 8;

const ahead: Worker[] = [];

/** Starts so many workers that whoever needs one next need not wait for it. They do not keep the process alive. */
export function startAhead(count: number): void {
  while (ahead.length < count) {
    const worker = start();
    ahead.push(worker);
    worker.unref();
    worker.on('error', () => forget(worker)).on('exit', () => forget(worker));
  }
}

/** A worker that was started ahead, or a new one; it waits for `start`. */
export function takeWorker(): Worker {
  const worker = ahead.shift() ?? start();
  worker.removeAllListeners();
  worker.ref();
  return worker;
}

/** Ends the workers that nobody took. */
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
