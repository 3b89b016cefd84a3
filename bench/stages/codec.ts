import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Codec } from '../contestants.ts';

/** What a worker compresses. */
export interface CodecWork {
  pages: Uint8Array[];
  codec: Codec;
}

/** Seconds that so many threads take to compress the pages, with the product's own codec. */
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
  // Once each has its pages in linear memory.
  await all('message');
  const start = performance.now();
  const done = all('message');
  for (const worker of workers) worker.postMessage('go');
  await done;
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return seconds;
}
