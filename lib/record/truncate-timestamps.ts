import type { EventBatch } from '../batch/event-batch.ts';
import type { ConstantName, Kernel } from '../batch/kernel.ts';
import type { TimeUnit } from './modes.ts';
import type { TimeZone } from './time-zone.ts';

const UNITS: Readonly<Record<TimeUnit, ConstantName>> = {
  auto: 'UNIT_AUTO',
  s: 'UNIT_S',
  ms: 'UNIT_MS',
  us: 'UNIT_US',
  ns: 'UNIT_NS',
  date: 'UNIT_DATE',
};

/** How times are read. */
export interface TimeOptions {
  unit: TimeUnit;
  /** Zone of times that state none; undefined: UTC. */
  timeZone: TimeZone | undefined;
  /** Whether epoch numbers are local times, too. Default false. */
  localEpochs?: boolean;
  /** Gives the address of the compiled format that all times have. Default: ISO 8601, or epoch numbers. */
  format?: ((kernel: Kernel) => number) | undefined;
}

/**
 * Reads `ts`, rounds it down to milliseconds, and sets the row's UTC day. Times without a zone are UTC, or local
 * times of `timeZone`.
 */
export function truncateTimestamps(batch: EventBatch, options: TimeOptions): EventBatch {
  const { kernel } = batch;
  const unit = kernel.constant(UNITS[options.unit]);
  const { timeZone, localEpochs = false } = options;
  const format = options.format?.(kernel) ?? 0;
  const keepLocal = timeZone !== undefined;
  const local = kernel.fn.readTimes(batch.address, unit, keepLocal, localEpochs, format);
  if (local > 0 && timeZone !== undefined) localToUtc(batch, timeZone);
  batch.pass('truncateTimestamps');
  return batch;
}

function localToUtc(batch: EventBatch, timeZone: TimeZone): void {
  const { kernel } = batch;
  const notInZone = kernel.code('ts_not_in_timezone');
  const isLocal = kernel.constant('DETAIL_LOCAL');
  const code = batch.get('code');
  const times = new BigInt64Array(kernel.memory.buffer, batch.get('ts'), batch.rows);
  for (let row = 0; row < batch.rows; row++) {
    if (kernel.u8[code + row] !== 0 || (batch.detail(row) & isLocal) === 0) continue;
    const utc = timeZone.toUtc(Number(times[row]));
    if (utc === undefined) kernel.u8[code + row] = notInZone;
    else kernel.fn.setTime(batch.address, row, utc);
  }
}
