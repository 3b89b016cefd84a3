// Outputs that are hard to read, for the Parquet readers of other projects.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import type { RowGroup } from 'hyparquet';
import { type Row, referenceConvert } from '../reference/convert.ts';
import { inPackage, run } from '../support/command.ts';
import { eventLine } from '../support/events.ts';
import { vendorSource } from '../support/generate.ts';
import { parquetFiles, readFooter } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { zipOf } from '../support/zip.ts';
import { isOffline, reasonOf } from './cache.ts';
import { nodeOf } from './node-versions.ts';
import type { Interop } from './suite.ts';

/** For the output that Node 20 cannot write. */
const NODE_WITH_ZSTD = '24.21.0';

const RANDOM_SOURCES = 8;
/** Most bytes of a text in statistics; longer ones have none. */
const STATISTICS_BYTES = 224;
const ROW_GROUPS = Number(process.env.INTEROP_ROW_GROUPS ?? 4_000);
/** Time of the first event, in milliseconds. */
const START = Date.UTC(2023, 0, 1);

/** An output folder, and what must be in it: day → rows. */
export interface Output {
  name: string;
  folder: string;
  rows: Map<string, Row[]>;
  identifiers: 'map' | 'json';
  /** Readers that cannot read what is in it, and why. */
  not: Readonly<Record<string, string>>;
}

const FLAGS = ['--quiet', '--any-day', '--max-rejects', '100%', '--limits', 'off'];

/** Writes them all; without zstd where there is no Node that can write it. */
export async function writeOutputs(t: Interop): Promise<Output[]> {
  const folder = tempFolder(t);
  const outputs: Output[] = [];
  const write = async (name: string, source: Buffer, options: WriteOptions = {}): Promise<void> => {
    const { flags = [], stdin = source, node = process.execPath, not = {} } = options;
    const to = join(folder, String(outputs.length));
    const args = ['-', '--to', to, ...FLAGS, ...flags];
    const { code, stderr } = await run(args, { stdin, node, timeout: 600_000 });
    if (code !== 0) throw new Error(`${name}: ${code} ${stderr}`);
    const identifiers = flags.includes('--identifiers') ? 'json' : 'map';
    const { rows } = referenceConvert(source, { identifiers, anyDay: true, limits: 'off' });
    outputs.push({ name, folder: to, rows, identifiers, not });
  };
  const small = ['--row-group-size', '4k'];
  const sample = readFileSync(inPackage('samples/events.ndjson'));
  await write('samples', sample, { flags: [...small, '--file-size', '8k'] });
  for (const codec of ['none', 'gzip']) {
    await write(codec, sample, { flags: ['--compression', codec] });
  }
  const node = await nodeWithZstd(t);
  if (node !== undefined) await write('zstd', sample, { flags: ['--compression', 'zstd'], node });
  await write('identifiers as JSON', sample, { flags: ['--identifiers', 'json'] });
  const random = fc.sample(vendorSource, { numRuns: RANDOM_SOURCES, seed: 2024 });
  const any = Buffer.concat(random.flatMap((part) => [part, Buffer.from('\n')]));
  await write('random events', any, {
    flags: small,
    not: { chdb: 'its DateTime64 has the years 1900 to 2299' },
  });
  await write('one row', Buffer.from(eventLine()));
  const tall = ['--row-group-size', '256m', '--threads', '0'];
  await write('dictionaries that overflow', overflowing(20_000), { flags: tall });
  await write('a dictionary of numbers that overflows', lines(134_000, manyNumbers), {
    flags: tall,
  });
  await write('tens of thousands of keys', lines(15_000, manyKeys), { flags: tall });
  await write('maps with entries at the ends of batches and pages', endsOnly(70_000));
  await write('texts at the limit of statistics', lines(2_000, atLimit), { flags: small });
  await write('texts of every plane', lines(3_000, everyPlane), { flags: small });
  await write('values of megabytes', lines(9, megabytes));
  const plain = lines(ROW_GROUPS, (n) => ({ properties: { n } }));
  await write(`${ROW_GROUPS} row groups`, plain, {
    stdin: eachAlone(plain),
    flags: ['--row-group-size', '1'],
  });
  checkShapes(outputs);
  return outputs;
}

interface WriteOptions {
  flags?: readonly string[];
  /** What the command reads instead of the source, with the same events. */
  stdin?: Buffer;
  node?: string;
  not?: NonNullable<Output['not']>;
}

async function nodeWithZstd(t: Interop): Promise<string | undefined> {
  if ('zstdCompressSync' in zlib) return process.execPath;
  try {
    return await nodeOf(NODE_WITH_ZSTD);
  } catch (error) {
    if (!isOffline(error)) throw error;
    t.skip('zstd', `${process.version} cannot write it: ${reasonOf(error)}`);
    return undefined;
  }
}

/** An output is only as hard as its name says while row groups and dictionaries end where they are meant to. */
function checkShapes(outputs: readonly Output[]): void {
  const groups = (name: string): RowGroup[] => {
    const output = outputs.find((output) => output.name === name);
    const [file] = parquetFiles(join(output?.folder ?? '', 'dt=2023-01-01'));
    return readFooter(file ?? '').row_groups;
  };
  assert.equal(groups(`${ROW_GROUPS} row groups`).length, ROW_GROUPS);
  // event_key and the values of maps. insert_id and ts have no dictionary; that of keys has no limit.
  assert.equal(overflowed(groups('dictionaries that overflow')).length, 5);
  const numbers = overflowed(groups('a dictionary of numbers that overflows'));
  assert.deepEqual(numbers, ['metric_value']);
}

/** Columns of the first row group that have pages of a dictionary, then plain ones. */
function overflowed([group]: RowGroup[]): string[] {
  const columns = group?.columns.map(({ meta_data }) => meta_data) ?? [];
  return columns
    .filter((column) =>
      (['PLAIN_DICTIONARY', 'PLAIN'] as const).every((name) => column?.encodings.includes(name)),
    )
    .map((column) => column?.path_in_schema.join('.') ?? '');
}

type Properties = Readonly<Record<string, unknown>>;

interface Varied {
  key?: string;
  metric?: number;
  properties: Properties;
}

/** So many events, each with a key, a number and properties by its number. */
function lines(count: number, of: (n: number) => Varied): Buffer {
  const events = Array.from({ length: count }, (_, n) => {
    const { key = 'view', metric = n % 7 === 0 ? `-${n}.5` : n, properties } = of(n);
    return eventLine({ id: n, ts: START + Math.floor(n / 2) * 1000, key, metric, properties });
  });
  return Buffer.from(events.join('\n'));
}

/**
 * Every second event repeats one of few values, so that dictionaries pay; the others have texts of their own in every
 * column, more than a dictionary takes.
 */
function overflowing(count: number): Buffer {
  const event = (n: number): string => {
    const own = n % 2 === 0 ? `few ${n % 3}` : `own ${n} ${'x'.repeat(140)}`;
    const map = { [own]: own };
    const base = { id: n, key: own, metric: n % 2 === 0 ? 1 : n };
    return JSON.stringify({
      ...JSON.parse(eventLine({ ...base, ts: START + (n % 2 === 0 ? 0 : n) })),
      identifiers: { id: own, device_id: 'd', [own]: own },
      event_properties: map,
      user_properties: map,
      platform_properties: { osname: 'iOS', appversion: own, ...map },
    });
  };
  return Buffer.from(Array.from({ length: count }, (_, n) => event(n)).join('\n'));
}

/** Half of the numbers are the same, so that the dictionary pays until it has 65,536 entries. */
const manyNumbers = (n: number) => ({ metric: n % 2 === 0 ? 1 : n, properties: {} });

const manyKeys = (n: number) => ({
  properties: Object.fromEntries(Array.from({ length: 5 }, (_, k) => [`key_${n}_${k}`, k])),
});

/** Lines of this size fill a batch of 256 KiB exactly, with this many. */
const BYTES = 512;
const BATCH = (256 << 10) / BYTES;

/**
 * Few rows have a property: the first and the last of every second batch, and those around row 65,536. Elsewhere
 * whole batches, pages and row groups have none.
 */
function endsOnly(count: number): Buffer {
  const isEnd = (n: number): boolean =>
    n === 65_535 ||
    n === 65_536 ||
    (Math.floor(n / BATCH) % 2 === 0 && n < 32 * BATCH
      ? n % BATCH === 0 || n % BATCH === BATCH - 1
      : n >= count - 2);
  const padded = Array.from({ length: count }, (_, n) => {
    const properties = isEnd(n) ? { at: n } : {};
    const line = eventLine({ id: n, ts: START + n * 1000, key: 'view', metric: n, properties });
    return `${line.slice(0, -1).padEnd(BYTES - 2)}}\n`;
  });
  return Buffer.from(padded.join(''));
}

/** Each line as a file of an archive: a batch does not go on into another input, nor does a row group of the least size. */
function eachAlone(source: Buffer): Buffer {
  const files = source.toString().split('\n');
  return zipOf(
    files.map((line, n) => ({
      name: `${String(n).padStart(6, '0')}.ndjson`,
      content: Buffer.from(line),
    })),
  );
}

const atLimit = (n: number) => ({
  key: `${n % 2 === 0 ? 'a' : 'z'}${'한'.repeat(74)}${'x'.repeat(n % 4)}`.slice(
    0,
    STATISTICS_BYTES - (n % 3),
  ),
  properties: { text: 'x'.repeat(STATISTICS_BYTES - 1 + (n % 3)) },
});

/** Code units and bytes have other orders from U+E000 on. */
const everyPlane = (n: number) => {
  const points = [0x41, 0x7ff, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x1_f600, 0x10_ffff];
  const point = points[n % points.length] as number;
  return { key: `${String.fromCodePoint(point)}${n % 50}`, properties: { point } };
};

const megabytes = (n: number) => ({ properties: { text: `${n} ${'한글🎉'.repeat(200_000)}` } });
