import type { EventBatch } from '../batch/event-batch.ts';
import type { ConstantName } from '../batch/kernel.ts';
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

/**
 * Reads `ts`, rounds it down to milliseconds, and sets the row's UTC day. Times without a zone are UTC, or local
 * times of `timeZone`. With `localEpochs`, epoch numbers are local times, too.
 */
export function truncateTimestamps(
  batch: EventBatch,
  options: { unit: TimeUnit; timeZone: TimeZone | undefined; localEpochs?: boolean },
): EventBatch {
  const { kernel } = batch;
  const unit = kernel.constant(UNITS[options.unit]);
  const { timeZone, localEpochs = false } = options;
  const local = kernel.fn.readTimes(batch.address, unit, timeZone !== undefined, localEpochs);
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
