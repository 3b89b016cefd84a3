// Parquet readers of other projects read outputs that are hard to read: every value, and the same answers with the
// statistics by which they skip row groups. They come from PyPI, in an environment of their own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Row, referenceConvert } from '../reference/convert.ts';
import { inPackage, run } from '../support/command.ts';
import { eventLine } from '../support/events.ts';
import { vendorSource } from '../support/generate.ts';
import { firstDifference } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { cached, isOffline, reasonOf } from './cache.ts';
import { answers, asRow, type FoundRow, inOrder, placed } from './rows.ts';
import type { Interop, Suite } from './suite.ts';

/** Each reader with its version; ClickHouse is chdb. */
const READERS = { pyarrow: '26.0.1', polars: '2.1.0', duckdb: '2.0.1', chdb: '4.4.0' };
type Reader = keyof typeof READERS;

const RANDOM_SOURCES = 8;
/** Most bytes of a text in statistics; longer ones have none. */
const STATISTICS_BYTES = 224;

export const readers: Suite = {
  name: 'readers',
  async run(t) {
    const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
    if (python.status !== 0) return t.skip('readers of Python', 'there is no python3 here');
    let interpreter: string;
    try {
      interpreter = await environment();
    } catch (error) {
      if (!isOffline(error)) throw error;
      return t.skip('readers of Python', `PyPI cannot be reached: ${reasonOf(error)}`);
    }
    const outputs = await writeOutputs(t);
    for (const reader of Object.keys(READERS) as Reader[]) {
      await testWith(t, reader, interpreter, outputs);
    }
  },
};

/** The Python of an environment that has the readers. */
async function environment(): Promise<string> {
  const wanted = Object.entries(READERS).map(([name, version]) => `${name}==${version}`);
  const folder = await cached(`readers-${Object.values(READERS).join('-')}`, (folder) => {
    const options = { stdio: ['ignore', 'ignore', 'pipe'] as ('ignore' | 'pipe')[] };
    execFileSync('python3', ['-m', 'venv', folder], options);
    execFileSync(join(folder, 'bin', 'pip'), ['install', '--quiet', ...wanted], options);
  });
  return join(folder, 'bin', 'python');
}

/** An output folder, and what must be in it: day → rows. */
interface Output {
  name: string;
  folder: string;
  rows: Map<string, Row[]>;
  /** Readers that cannot read what is in it, and why. */
  not?: Partial<Record<Reader, string>>;
}

const FLAGS = ['--quiet', '--any-day', '--max-rejects', '100%', '--limits', 'off'];

async function writeOutputs(t: Interop): Promise<Output[]> {
  const folder = tempFolder(t);
  const outputs: Output[] = [];
  const write = async (
    name: string,
    source: Buffer,
    flags: string[],
    not: Output['not'] = {},
  ): Promise<void> => {
    const to = join(folder, String(outputs.length));
    const { code, stderr } = await run(['-', '--to', to, ...FLAGS, ...flags], { stdin: source });
    if (code !== 0) throw new Error(`${name}: ${code} ${stderr}`);
    const identifiers = flags.includes('--identifiers') ? 'json' : 'map';
    const { rows } = referenceConvert(source, { identifiers, anyDay: true, limits: 'off' });
    outputs.push({ name, folder: to, rows, not });
  };
  const sample = readFileSync(inPackage('samples/events.ndjson'));
  await write('samples', sample, ['--row-group-size', '4k', '--file-size', '8k']);
  for (const codec of ['none', 'gzip']) await write(codec, sample, ['--compression', codec]);
  await write('identifiers as JSON', sample, ['--identifiers', 'json']);
  const random = fc.sample(vendorSource, { numRuns: RANDOM_SOURCES, seed: 2024 });
  const any = Buffer.concat(random.flatMap((part) => [part, Buffer.from('\n')]));
  await write('random events', any, ['--row-group-size', '4k'], {
    chdb: 'its DateTime64 has the years 1900 to 2299',
  });
  await write('one row', Buffer.from(eventLine()), []);
  await write('dictionaries that overflow', lines(20_000, overflowing), []);
  await write('maps with entries at the ends of pages', lines(70_000, endsOnly), []);
  await write('texts at the limit of statistics', lines(2_000, atLimit), [
    '--row-group-size',
    '4k',
  ]);
  await write('texts of every plane', lines(3_000, everyPlane), ['--row-group-size', '4k']);
  await write('values of megabytes', lines(9, megabytes), []);
  await write('thousands of row groups', lines(5_000, plain), ['--row-group-size', '1']);
  return outputs;
}

type Properties = Readonly<Record<string, unknown>>;

/** So many events, each with a key and properties by its number. */
function lines(count: number, of: (n: number) => { key?: string; properties: Properties }): Buffer {
  const events = Array.from({ length: count }, (_, n) => {
    const { key = 'view', properties } = of(n);
    const ts = 1_672_531_200_000 + n * 1000;
    return eventLine({ id: n, ts, key, metric: n % 7 === 0 ? `-${n}.5` : n, properties });
  });
  return Buffer.from(events.join('\n'));
}

const plain = (n: number) => ({ properties: { n } });

/** More distinct values in each column than a dictionary takes; at first few of them. */
const overflowing = (n: number) => ({
  key: n < 5_000 ? 'few' : `event ${n} ${'x'.repeat(90)}`,
  properties: n < 5_000 ? { few: n % 3 } : { [`key${n % 2000}`]: `value ${n} ${'y'.repeat(90)}` },
});

/** Most rows have no property: only the first and last ones of a page and of a row group do. */
const endsOnly = (n: number) => ({
  properties: n === 65_535 || n === 65_536 || n >= 69_998 ? { at: n } : {},
});

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

async function testWith(
  t: Interop,
  reader: Reader,
  python: string,
  outputs: readonly Output[],
): Promise<void> {
  const name = `${reader} ${READERS[reader]}`;
  const readable = outputs.filter(({ not }) => not?.[reader] === undefined);
  for (const output of outputs) {
    const why = output.not?.[reader];
    if (why !== undefined) t.skip(`${name}, ${output.name}`, why);
  }
  const folder = tempFolder(t);
  mkdirSync(folder, { recursive: true });
  const result = join(folder, 'result.ndjson');
  writeFileSync(result, '');
  let found: string[] = [];
  const reads = await t.test(`${name} reads ${readable.length} outputs`, () => {
    const script = inPackage('test/interop/readers-read.py');
    execFileSync(python, [script, reader, result, ...readable.map((output) => output.folder)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 600_000,
    });
    found = readFileSync(result, 'utf8').trimEnd().split('\n');
    assert.equal(found.length, readable.length);
  });
  if (!reads) return;
  for (const [index, output] of readable.entries()) {
    const { rows, answers: answered } = JSON.parse(found[index] as string) as Found;
    const expected = placed(output.rows);
    await t.test(`${name}, ${output.name}: all ${expected.length} rows, value by value`, () => {
      const [actual, wanted] = [inOrder(rows.map(asRow)), inOrder(expected)];
      assert.deepEqual(
        actual.map(({ day }) => day),
        wanted.map(({ day }) => day),
      );
      const values = (list: typeof actual): Row[] => list.map(({ row }) => row);
      assert.equal(firstDifference(values(actual), values(wanted)), undefined);
    });
    await t.test(`${name}, ${output.name}: filters find what is there`, () => {
      assert.deepEqual(answered, answers(expected));
    });
  }
}

/** What readers-read.py writes of a folder. */
interface Found {
  rows: FoundRow[];
  answers: Record<string, number>;
}
