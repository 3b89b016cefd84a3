/**
 * Generates a file of events, and prints what it contains.
 *
 *     node dist/bench/data.js 400MiB --days 3
 *     node dist/bench/data.js 1GiB --days 400 --interleaved --seed 7 --event-size 2000 --format csv
 */
import { parseArgs } from 'node:util';
import { convertTo, type Format } from './formats.ts';
import { generate } from './generate.ts';
import { GIB, MIB } from './units.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    days: { type: 'string', default: '3' },
    interleaved: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    'event-size': { type: 'string' },
    format: { type: 'string', default: 'ndjson' },
  },
});
const eventSize = values['event-size'];
const data = generate({
  size: parseSize(positionals[0] ?? '400MiB'),
  days: Number(values.days),
  interleaved: values.interleaved,
  seed: Number(values.seed),
  ...(eventSize !== undefined && { eventSize: Number(eventSize) }),
});
console.log(JSON.stringify(await convertTo(values.format as Format, data, '24')));

/** Parses a size: `400MiB`, `4GiB` or a number of bytes. */
function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(KiB|MiB|GiB)?$/i.exec(text);
  if (match === null) throw new Error(`A size is expected, such as 400MiB; got "${text}".`);
  const units: Record<string, number> = { kib: 2 ** 10, mib: MIB, gib: GIB };
  return Math.floor(Number(match[1]) * (units[(match[2] ?? '').toLowerCase()] ?? 1));
}
