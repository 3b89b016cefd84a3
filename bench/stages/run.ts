/**
 * Runs the stages one after another in one thread, and times each. Then runs only the codec over the same pages on
 * 1 … N threads, which is the limit for any program with these pages. Prints the seconds of each step.
 *
 *     node dist/bench/stages/run.js FILE [snappy|zstd] [THREADS]
 */

import { closeSync, openSync, readSync } from 'node:fs';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { Kernel } from '../../lib/batch/kernel.ts';
import { planOf } from '../../lib/mapping/compile.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { PARQUET_DEFAULTS } from '../../lib/parquet/options.ts';
import type { RowGroup } from '../../lib/parquet/row-group.ts';
import { LineParser } from '../../lib/parse/ndjson/line-parser.ts';
import { type RecordStageOptions, recordStages } from '../../lib/record/stages.ts';
import { routeByDay } from '../../lib/route/by-day.ts';
import { type DayRowGroup, OpenDays } from '../../lib/route/open-days.ts';
import type { Codec } from '../contestants.ts';
import { MIB } from '../units.ts';
import { compressAlone } from './codec.ts';
import { pagesOf } from './pages.ts';

const RECORD: RecordStageOptions = {
  insertId: 'uuid',
  limits: 'warn',
  identifiers: 'map',
  unit: 'auto',
  timeZone: undefined,
};

/** Seconds of each step. */
class Stopwatch {
  readonly seconds: Record<string, number> = {};

  time<T>(step: string, work: () => T): T {
    const start = performance.now();
    const result = work();
    this.seconds[step] = (this.seconds[step] ?? 0) + (performance.now() - start) / 1000;
    return result;
  }
}

const [file, codec = 'snappy', threads = '2'] = process.argv.slice(2);
if (file === undefined) throw new Error('FILE is expected.');
const watch = new Stopwatch();
// The pages are not compressed, because compression is measured separately.
const pages = rowGroups(file).flatMap(pagesOf);
for (let count = 1; count <= Number(threads); count++) {
  const step = count === 1 ? 'compress' : `compress alone, ${count} threads`;
  watch.seconds[step] = await compressAlone(pages, codec as Codec, count);
}
console.log(JSON.stringify(watch.seconds));

function rowGroups(path: string): RowGroup[] {
  const kernel = new Kernel();
  const plan = planOf(VENDOR_MAPPING, { insertId: 'uuid', flatten: false });
  const parser = new LineParser(kernel, plan);
  const parquet = { ...PARQUET_DEFAULTS, compression: 'none' as const };
  const open = new OpenDays(kernel, parquet, 128 * MIB);
  const groups: DayRowGroup[] = [];
  const each = (parsed: Generator<EventBatch>): void => {
    for (;;) {
      const next = watch.time('parse', () => parsed.next());
      if (next.done) return;
      const batch = watch.time('record', () => recordStages(next.value, RECORD));
      watch.time('columns', () => {
        groups.push(...open.append(batch, routeByDay(batch)));
        batch.release();
      });
    }
  };
  parser.begin(path);
  for (const chunk of chunks(path)) each(parser.push(chunk));
  each(parser.end());
  watch.time('columns', () => groups.push(...open.finish()));
  return groups.map(({ group }) => group);
}

/** Yields a file in chunks. They share a buffer, so each is valid until the next one is requested. */
function* chunks(path: string): Generator<Uint8Array> {
  const descriptor = openSync(path, 'r');
  const buffer = Buffer.alloc(MIB);
  for (;;) {
    const length = readSync(descriptor, buffer);
    if (length === 0) break;
    yield buffer.subarray(0, length);
  }
  closeSync(descriptor);
}
