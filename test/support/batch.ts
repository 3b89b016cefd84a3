// Batches of a kernel, filled by its own scanner: what tests of single stages begin with.

import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { Kernel } from '../../lib/batch/kernel.ts';
import { CODE_NAMES } from '../../lib/codes.ts';
import { planOf } from '../../lib/mapping/compile.ts';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { LineParser } from '../../lib/parse/ndjson/line-parser.ts';
import type { InsertIdMode } from '../../lib/record/modes.ts';

export interface ScanOptions {
  debug?: boolean;
  mapping?: EventMapping;
  insertId?: InsertIdMode;
  flatten?: boolean;
  maxLine?: number;
}

/** The builds that tests of the kernel run, one after the other. */
export const BUILDS = [
  { build: 'release', debug: false },
  { build: 'debug', debug: true },
] as const;

/** A parser of its own kernel. */
export function makeParser(options: ScanOptions = {}): { parser: LineParser; kernel: Kernel } {
  const { insertId = 'uuid', flatten = false, debug = true } = options;
  const kernel = new Kernel({ debug });
  const plan = planOf(options.mapping ?? VENDOR_MAPPING, { insertId, flatten });
  return { parser: new LineParser(kernel, plan, options), kernel };
}

/**
 * Scans lines and looks at each row of each batch, after `stage` had it. The guard words are checked and
 * everything is given back in the end.
 */
export function scanLines<T>(
  lines: readonly (string | Uint8Array)[],
  options: ScanOptions,
  look: (batch: EventBatch, row: number) => T,
  stage: (batch: EventBatch) => unknown = () => {},
): T[] {
  const { parser, kernel } = makeParser(options);
  const seen: T[] = [];
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      stage(batch);
      for (let row = 0; row < batch.rows; row++) seen.push(look(batch, row));
      batch.release();
    }
  };
  parser.begin('test');
  const feed = Buffer.from('\n');
  take(parser.push(Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), feed]))));
  take(parser.end());
  kernel.arena.checkGuards();
  parser.destroy();
  return seen;
}

/** `ok`, or why a row is rejected. */
export function codeOf(batch: EventBatch, row: number): string {
  return CODE_NAMES[batch.codes[row] as number] as string;
}

/** Milliseconds since 1970 that a row's `ts` was read as. */
export function timeOf(batch: EventBatch, row: number): bigint {
  return new DataView(batch.kernel.memory.buffer).getBigInt64(batch.get('ts') + 8 * row, true);
}

/** A row's metric value × 10^6. */
export function metricOf(batch: EventBatch, row: number): bigint {
  const at = batch.get('metric') + 16 * row;
  return BigInt.asIntN(88, BigInt(`0x${batch.kernel.bytes.toString('hex', at, at + 11)}`));
}
