import type { Transform } from 'node:stream';
import type { Kernel } from '../batch/kernel.ts';
import { checkLinkOptions } from '../options/links.ts';
import { PARQUET_DEFAULTS, type ParquetOptions } from '../parquet/options.ts';
import { type DayRowGroup, OpenDays } from '../route/open-days.ts';
import type { RoutedBatch } from './route.ts';
import { generatorStage } from './stage.ts';

/** Default for the bytes of linear memory that open row groups may use (128 MiB). */
export const ROW_GROUP_MEMORY: number = 128 << 20;

/**
 * Link of a pipeline: routed batches → finished row groups, each of one day. If batches come from several parsers,
 * pass them one parser after another, because all row groups end whenever the parser changes.
 *
 * @param options `memory`: bytes of linear memory that open row groups may use. Default 128 MiB
 */
export function rowGroups(options: Partial<ParquetOptions> & { memory?: number } = {}): Transform {
  checkLinkOptions('rowGroups', options);
  const parquet = { ...PARQUET_DEFAULTS, ...options };
  let open: OpenDays | undefined;
  let kernel: Kernel | undefined;
  return generatorStage<RoutedBatch, DayRowGroup>({
    *each({ batch, days }) {
      batch.need('lowercaseKeys', 'rowGroups');
      batch.need('metricValue', 'rowGroups');
      if (parquet.identifiers === 'json') batch.need('identifiersJson', 'rowGroups');
      // The rows of another parser are in another memory, so they need separate row groups.
      if (batch.kernel !== kernel) {
        yield* open?.finish() ?? [];
        kernel = batch.kernel;
        open = new OpenDays(kernel, parquet, options.memory ?? ROW_GROUP_MEMORY);
      }
      yield* (open as OpenDays).append(batch, days);
      batch.release();
    },
    *flush() {
      yield* open?.finish() ?? [];
    },
    close() {
      open?.close();
    },
  });
}
