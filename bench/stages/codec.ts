import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Codec } from '../contestants.ts';

/** The pages that a worker compresses, and with which codec. */
export interface CodecWork {
  pages: Uint8Array[];
  codec: Codec;
}

/** Resolves with the seconds that this number of threads takes to compress the pages with the product's codec. */
export async function compressAlone(
  pages: readonly Buffer[],
  codec: Codec,
  threads: number,
): Promise<number> {
  const workers = Array.from({ length: threads }, (_, thread) => {
    const share = pages.filter((_, index) => index % threads === thread);
    const workerData: CodecWork = { pages: share, codec };
    return new Worker(new URL('./codec-worker.js', import.meta.url), { workerData });
  });
  const all = (event: string): Promise<unknown> =>
    Promise.all(workers.map((worker) => once(worker, event)));
  // Starts when every thread has its pages in linear memory.
  await all('message');
  const start = performance.now();
  const done = all('message');
  for (const worker of workers) worker.postMessage('go');
  await done;
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return seconds;
}
