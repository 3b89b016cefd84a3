import { parentPort, workerData } from 'node:worker_threads';
import { Kernel } from '../../lib/batch/kernel.ts';
import { makeCodec } from '../../lib/parquet/codec.ts';
import { PARQUET_DEFAULTS } from '../../lib/parquet/options.ts';
import type { CodecWork } from './codec.ts';

const { pages, codec } = workerData as CodecWork;
const kernel = new Kernel();
const compress = makeCodec(kernel, { ...PARQUET_DEFAULTS, compression: codec });
const placed = pages.map((page) => {
  const address = kernel.arena.alloc(page.length + kernel.constant('PADDING'));
  kernel.u8.set(page, address);
  return { address, length: page.length };
});
parentPort?.on('message', () => {
  let bytes = 0;
  for (const { address, length } of placed) bytes += compress(address, length).length;
  parentPort?.postMessage(bytes);
});
parentPort?.postMessage('ready');
