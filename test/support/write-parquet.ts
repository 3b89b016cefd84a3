// Events → one Parquet file, by the library's stages without its streams and stores.
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { ParquetFile } from '../../lib/parquet/file.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from '../../lib/parquet/options.ts';
import { RowGroupBuilder } from '../../lib/parquet/row-group.ts';
import { recordStages } from '../../lib/record/stages.ts';
import { routeByDay } from '../../lib/route/by-day.ts';
import { makeParser } from './batch.ts';

const EVENT = {
  insert_id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6',
  event_key: 'purchase',
  ts: '2023-01-01T00:01:02.333Z',
  identifiers: { id: 'u', device_id: 'd' },
  platform_properties: { osname: 'iOS', appversion: '1' },
};

/** An event's line; what is not given is as in the vendor's example. */
export function eventOf(change: object): string {
  return JSON.stringify({ ...EVENT, ...change });
}

export interface WriteOptions {
  debug?: boolean;
  rowsInGroup?: number;
  /** In place of the record stages, which let no wrong value pass. */
  stages?: (batch: EventBatch) => void;
}

/** The file of events, which may be of several days. Row groups end as the program ends them, but after any row. */
export function writeParquet(
  lines: readonly string[],
  options: Partial<ParquetOptions> & WriteOptions = {},
): Buffer {
  const { rowsInGroup = Number.POSITIVE_INFINITY, debug = true, stages, ...given } = options;
  const parquet = { ...PARQUET_DEFAULTS, ...given };
  const { parser, kernel } = makeParser({ debug });
  const builder = new RowGroupBuilder(kernel, parquet);
  const file = new ParquetFile(parquet);
  const parts: Buffer[] = [file.header()];
  const end = (): void => {
    if (builder.rows > 0) parts.push(file.rowGroup(builder.finish()));
  };
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      if (stages !== undefined) stages(batch);
      else
        recordStages(batch, {
          insertId: 'uuid',
          limits: 'off',
          identifiers: parquet.identifiers,
          unit: 'auto',
          timeZone: undefined,
        });
      const rejected = batch.codes.findIndex((code) => code !== 0);
      if (rejected >= 0) throw new Error(`rejected: ${JSON.stringify(batch.origin(rejected))}`);
      const count = routeByDay(batch).reduce((sum, day) => sum + day.count, 0);
      for (let first = 0; first < count; ) {
        const some = Math.min(count - first, rowsInGroup - builder.rows);
        builder.append(batch, first, some);
        first += some;
        if (builder.rows >= rowsInGroup || builder.uncompressedBytes >= parquet.rowGroupSize) end();
      }
      batch.release();
    }
  };
  parser.begin('test');
  take(parser.push(Buffer.from(lines.join('\n'))));
  take(parser.end());
  end();
  parts.push(file.footer());
  kernel.arena.checkGuards();
  builder.destroy();
  parser.destroy();
  return Buffer.concat(parts);
}
