// The peak memory of the command, as the system counts it, over inputs of shapes that could make it grow.
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import tap, { test } from 'tap';
import type { Usage } from '../../bench/usage.ts';
import type { Report } from '../../lib/report.ts';
import { inPackage, jsonOf, start } from '../support/command.ts';
import { eventLine, eventsOfDays } from '../support/events.ts';
import { rounds } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { type Figures, reportFigures } from './tally.ts';

const MIB = 2 ** 20;
const USAGE = pathToFileURL(inPackage('dist/bench/usage.js')).href;
/** `--memory` and the bare runtime, whose kernel and two threads take 71 MiB. */
const PROMISE = 327 * MIB;

/** Up to `most` in a full campaign, and a fortieth of that in a short one. */
const upTo = (most: number): number => Math.min(most, rounds(most / 200));

/** Writes pieces to a file; returns the bytes. */
function writeAll(file: string, pieces: Iterable<string | Uint8Array>): number {
  const fd = openSync(file, 'w');
  let size = 0;
  for (const piece of pieces) size += writeSync(fd, Buffer.from(piece as string));
  closeSync(fd);
  return size;
}

function* repeated(piece: string | Uint8Array, count: number): Generator<string | Uint8Array> {
  for (let n = 0; n < count; n++) yield piece;
}

/** Repeats a block of events until there are so many MiB. */
const megabytes = (block: string, size: number): Generator<string | Uint8Array> =>
  repeated(Buffer.from(block), Math.ceil((size * MIB) / Buffer.byteLength(block)));

const keys = (count: number, from: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`property_${from + n}`, n]));

function* distinctKeys(count: number): Generator<string> {
  for (let n = 0; n < count; n += 500) yield `${eventLine({ id: n, properties: keys(500, n) })}\n`;
}

function* longLines(count: number, size: number): Generator<string> {
  for (let id = 0; id < count; id++) {
    const text = String(id).padEnd(size, 'x');
    yield `${eventLine({ id, properties: { text } })}\n`;
  }
}

/** Events each of which has a value of very many arrays, one in the other. */
function* deep(count: number): Generator<string> {
  const value = '['.repeat(MIB / 2) + ']'.repeat(MIB / 2);
  for (let id = 0; id < count; id++) {
    yield `${eventLine({ id, properties: { text: '@' } }).replace('"@"', value)}\n`;
  }
}

function* csv(count: number, size: number): Generator<string> {
  yield 'insert_id,event_key,ts,identifiers,platform_properties,event_properties\n';
  const quoted = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`;
  for (let id = 0; id < count; id++) {
    const event = JSON.parse(eventLine({ id }));
    const maps = [event.identifiers, event.platform_properties, { text: 'x, y'.repeat(size / 4) }];
    yield `${[event.insert_id, event.event_key, event.ts, ...maps.map(quoted)].join(',')}\n`;
  }
}

/** Many small files, as log shippers write them. */
function gzipFiles(folder: string, count: number): number {
  mkdirSync(folder);
  const bytes = gzipSync(eventsOfDays(100, 3, 300));
  for (let n = 0; n < count; n++) writeFileSync(join(folder, `${n}.ndjson.gz`), bytes);
  return count * bytes.length;
}

interface Shape {
  /** Makes the input at a path; returns its size. */
  make: (path: string) => number;
  input?: (path: string) => string;
  flags?: readonly string[];
  /** Most peak RSS, where it is more than what is promised. */
  most?: number;
}

/** Each thread has a line of 16 MiB several times: as it comes, in its batch, and in a row group. */
const LONG_LINES = 420 * MIB;
const PLAIN = eventsOfDays(5000, 3, 400);
const SHAPES: Readonly<Record<string, Shape>> = {
  '300 MiB of events': { make: (path) => writeAll(path, megabytes(PLAIN, upTo(300))) },
  'lines near 16 MiB': {
    make: (path) => writeAll(path, longLines(upTo(20), 15.9 * MIB)),
    most: LONG_LINES,
  },
  'lines longer than that': {
    make: (path) => writeAll(path, longLines(upTo(10), 40 * MIB)),
    flags: ['--allow-empty'],
    most: LONG_LINES,
  },
  'values of 500,000 arrays, one in the other': {
    make: (path) => writeAll(path, deep(upTo(100))),
    flags: ['--allow-empty'],
  },
  'CSV with cells of 10 MiB': {
    make: (path) => writeAll(path, csv(upTo(20), 10 * MIB)),
    flags: ['--format', 'csv'],
  },
  '700,000 distinct keys': { make: (path) => writeAll(path, distinctKeys(upTo(700_000))) },
  '400 days mixed': {
    make: (path) => writeAll(path, megabytes(eventsOfDays(20_000, 400, 300), upTo(200))),
  },
  '4,000 gzip files': {
    make: (path) => gzipFiles(path, upTo(4000)),
    input: (path) => join(path, '*.gz'),
  },
};

const rows: Figures[] = [];

for (const [
  shape,
  { make, input = (path: string) => path, flags = [], most = PROMISE },
] of Object.entries(SHAPES)) {
  test(shape, async (t) => {
    const folder = tempFolder(t);
    const [path, usage] = [join(folder, 'in'), join(folder, 'usage.json')];
    const bytes = make(path);
    for (const threads of ['0', '2']) {
      const out = join(folder, 'out');
      rmSync(out, { recursive: true, force: true });
      const args = [input(path), '--to', out, '--json', '--max-rejects', '100%', ...flags];
      const outcome = await start([...args, '--threads', threads], {
        env: { NODE_OPTIONS: `--import ${USAGE}`, HACKLE_BENCH_USAGE: usage },
      }).ended;
      t.equal(outcome.code, 0, outcome.stderr);
      const { rowsIn, rowsRejected } = jsonOf<Report>(outcome);
      const { peakRss } = JSON.parse(readFileSync(usage, 'utf8')) as Usage;
      t.ok(peakRss <= most, `${threads} threads: ${Math.round(peakRss / MIB)} MiB`);
      rows.push({
        shape,
        threads,
        'MiB of input': Math.ceil(bytes / MIB),
        events: rowsIn,
        rejected: rowsRejected,
        'peak RSS, MiB': Math.round(peakRss / MIB),
      });
    }
  });
}

tap.teardown(() => reportFigures('memory', 'Peak memory by shape of the input', rows));
