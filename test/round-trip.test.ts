// Random events through the whole program, compared value by value with the reference.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { test } from 'tap';
import { convert } from '../lib/convert.ts';
import type { ConvertOptions } from '../lib/options.ts';
import type { Report } from '../lib/report.ts';
import {
  type ReferenceOptions,
  type ReferenceReject,
  type Row,
  referenceConvert,
} from './reference/convert.ts';
import type { ReferenceMapping } from './reference/mapping.ts';
import { MAPPINGS, mappedSource, vendorSource } from './support/generate.ts';
import {
  days,
  firstDayDifference,
  parquetFiles,
  readFileWithHyparquet,
  readOutput,
} from './support/read-parquet.ts';
import { type Cleaner, tempFolder } from './support/temp.ts';

interface Run {
  report: Report;
  rejects: ReferenceReject[];
}

type RunOptions = ReferenceOptions & Pick<ConvertOptions, 'rowGroupSize' | 'fileSize'>;

/** Converts chunks of a source into a folder; every reject is allowed, so that the rest is committed. */
async function run(chunks: Buffer[], to: string, options: RunOptions = {}): Promise<Run> {
  const rejects: ReferenceReject[] = [];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const report = await convert({
    ...(Object.fromEntries(given) as Partial<ConvertOptions>),
    inputs: [{ name: 'test', stream: Readable.from(chunks, { objectMode: true }) }],
    to,
    maxRejects: Number.MAX_SAFE_INTEGER,
    onReject: ({ line, offset, code, raw }) => {
      rejects.push({ line, offset, code, raw });
    },
  });
  return { report, rejects };
}

/** How a reject compares: the white space around an event, or the rest of too long a line, may be shown or not. */
function comparable({ line, offset, code, raw }: ReferenceReject): object {
  return { line, offset, code, raw: code === 'line_too_long' ? '' : raw.trim() };
}

/** Throws where the program's output is not the reference's. */
async function compare(t: Cleaner, source: Buffer, options: RunOptions = {}): Promise<void> {
  const folder = tempFolder(t);
  const expected = referenceConvert(source, options);
  const { report, rejects } = await run([source], folder, options);
  const fail = (what: string, actual: unknown, wanted: unknown): never => {
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(wanted)}`);
  };
  const check = (what: string, actual: unknown, wanted: unknown): void => {
    if (JSON.stringify(actual) !== JSON.stringify(wanted)) fail(what, actual, wanted);
  };
  check('rejects', rejects.map(comparable), expected.rejects.map(comparable));
  const difference = firstDayDifference(await readOutput(folder), expected.rows);
  if (difference !== undefined) throw new Error(difference);
  const { rowsIn, rowsWritten, rowsRejected, rowsFiltered } = report;
  check(
    'counts',
    { rowsIn, rowsWritten, rowsRejected, rowsFiltered },
    {
      rowsIn: expected.rowsIn,
      rowsWritten: expected.rowsWritten,
      rowsRejected: expected.rejects.length,
      rowsFiltered: expected.rowsFiltered,
    },
  );
  check('warnings', sorted(report.warnings), sorted(expected.warnings));
  check('bytes in', report.bytesIn, source.length);
}

function sorted(counts: Partial<Record<string, number>>): [string, number | undefined][] {
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const recordOptions: fc.Arbitrary<ReferenceOptions> = fc.record({
  insertId: fc.constantFrom('uuid', 'any', 'derive'),
  limits: fc.constantFrom('warn', 'reject', 'off'),
  identifiers: fc.constantFrom('map', 'map', 'map', 'json'),
  flatten: fc.boolean(),
  from: fc.constantFrom(undefined, undefined, '2023-01-02'),
  until: fc.constantFrom(undefined, undefined, '2023-01-02'),
  maxLine: fc.constantFrom(undefined, undefined, undefined, 700),
});

/** More runs on demand: ROUND_TRIPS=5000. */
const numRuns = Number(process.env.ROUND_TRIPS ?? 150);

test('random events of the vendor agree with the reference', async (t) => {
  await fc.assert(
    fc.asyncProperty(vendorSource, (source) => compare(t, source)),
    { numRuns },
  );
});

test('so they do with every option', async (t) => {
  await fc.assert(
    fc.asyncProperty(vendorSource, recordOptions, (source, options) => compare(t, source, options)),
    { numRuns },
  );
});

test('random events through mappings agree with the reference', async (t) => {
  // `insertId` is given: what a mapping's derivation means without it is the program's default.
  const mapping: fc.Arbitrary<ReferenceMapping> = fc.constantFrom(...MAPPINGS);
  await fc.assert(
    fc.asyncProperty(mappedSource, recordOptions, mapping, (source, options, mapping) =>
      compare(t, source, { ...options, mapping, insertId: 'derive' }),
    ),
    { numRuns },
  );
});

/** Name and bytes of every file of an output. */
function filesOf(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const day of days(folder)) {
    for (const name of readdirSync(join(folder, `dt=${day}`)).sort()) {
      files.set(`${day}/${name}`, readFileSync(join(folder, `dt=${day}`, name)));
    }
  }
  return files;
}

function firstUnequal(a: Map<string, Buffer>, b: Map<string, Buffer>): string | undefined {
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  return names.find((name) => !b.get(name)?.equals(a.get(name) ?? Buffer.from('absent')));
}

/** A source with something of everything, small enough to be cut everywhere. */
function sampleSource(): Buffer {
  const [sample] = fc.sample(
    vendorSource.filter((source) => source.length > 1500 && source.length < 6000),
    { numRuns: 1, seed: 11 },
  );
  const event =
    '{"insert_id":"8fb8e088-9245-4fce-bb87-7e09d9917ed6","event_key":"\\ud83d\\ude00 한국","ts":"2023-01-01T00:01:02.333Z","metric_value":-0.000001,"identifiers":{"id":"1","device_id":"\\u0041"},"event_properties":{"B":[1,{"c":"\\\\"}],"b":null},"platform_properties":{"osName":"iOS","appVersion":"1"}}';
  const marked = `\ufeff${event}\r\n\n${event}\n{"bad\n`;
  return Buffer.concat([Buffer.from(marked), sample as Buffer]);
}

test('a source cut at every byte gives the same files and rejects', { timeout: 300 }, async (t) => {
  const source = sampleSource();
  const whole = tempFolder(t);
  const expected = await run([source], whole);
  const files = filesOf(whole);
  t.ok(files.size > 0, 'something was written');
  for (let at = 0; at <= source.length; at++) {
    const folder = tempFolder(t);
    const cut = await run([source.subarray(0, at), source.subarray(at)], folder);
    const unequal = firstUnequal(filesOf(folder), files);
    if (unequal !== undefined) t.fail(`cut at ${at}: ${unequal}`);
    if (JSON.stringify(cut.rejects) !== JSON.stringify(expected.rejects)) {
      t.fail(`cut at ${at}: other rejects`);
    }
  }
});

test('a source that drips byte by byte gives the same files', async (t) => {
  const source = sampleSource();
  const [whole, dripped] = [tempFolder(t), tempFolder(t)];
  const expected = await run([source], whole);
  const bytes = Array.from(source, (_, at) => source.subarray(at, at + 1));
  const drip = await run(bytes, dripped);
  t.equal(firstUnequal(filesOf(dripped), filesOf(whole)), undefined);
  t.strictSame(drip.rejects, expected.rejects);
  t.strictSame({ ...drip.report, seconds: 0 }, { ...expected.report, seconds: 0 });
});

test('many row groups and files give the same rows, in both readers', async (t) => {
  const sources = fc.sample(vendorSource, { numRuns: 60, seed: 3 });
  const source = Buffer.concat(sources.flatMap((part) => [part, Buffer.from('\n')]));
  const folder = tempFolder(t);
  const sizes = { rowGroupSize: 4096, fileSize: 16_384 };
  await run([source], folder, sizes);
  const expected = referenceConvert(source).rows;
  t.equal(firstDayDifference(await readOutput(folder), expected), undefined, 'DuckDB');
  const read = new Map<string, Row[]>();
  for (const day of days(folder)) {
    const rows: Row[] = [];
    for (const file of parquetFiles(join(folder, `dt=${day}`))) {
      rows.push(...(await readFileWithHyparquet(file)));
    }
    read.set(day, rows);
  }
  t.equal(firstDayDifference(read, expected), undefined, 'hyparquet');
  const most = Math.max(...days(folder).map((d) => parquetFiles(join(folder, `dt=${d}`)).length));
  t.ok(most > 1, 'files were rolled');
});
