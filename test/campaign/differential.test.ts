// Hundreds of thousands of odd events through the whole program on two threads, as NDJSON, JSON and CSV, compared value by
// value, as DuckDB reads them, with the reference, which reads JSON in another way and knows no CSV.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import tap, { test } from 'tap';
import { Random } from '../../bench/random.ts';
import { convert } from '../../lib/convert.ts';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { LineDamager } from '../fuzz/line-damager.ts';
import { type ReferenceOptions, type Row, referenceConvert } from '../reference/convert.ts';
import type { ReferenceMapping } from '../reference/mapping.ts';
import { eventLine } from '../support/generate.ts';
import { readOutput } from '../support/read-parquet.ts';
import { rounds, SEED } from '../support/rounds.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';
import { reportFigures } from './tally.ts';

/** Events of a file: enough for several blocks. */
const EVENTS = 20_000;
/** Bytes: long ones are for other tests. */
const LONGEST = 1500;
const OPTIONS = { insertId: 'derive', anyDay: true } as const;
/** Taken in turn, a file each. */
const VARIANTS = [
  {},
  { limits: 'reject', insertId: 'uuid' },
  { flatten: true, insertId: 'any' },
  { identifiers: 'json', from: '2023-01-02', until: '2023-01-02' },
] as const;

const pool = fc
  .sample(eventLine, { numRuns: 4000, seed: SEED })
  .map((line) => Buffer.from(line))
  .filter((line) => line.length < LONGEST);
/** Those that become rows: random events mostly do not. */
const good = pool.filter((line) => referenceConvert(line, OPTIONS).rowsWritten === 1);
const random = new Random(SEED);
const figures: { format: string; files: number; events: number; rows: number; rejects: number }[] =
  [];

/** A line that is broken where it is too deep has both faults. */
const syntax = (code: string): string => (code === 'too_deep' ? 'invalid_json' : code);

interface Case {
  name: string;
  bytes: Buffer;
  /** What the reference reads instead, if it is not the same. */
  reference?: Buffer;
  format: 'ndjson' | 'json' | 'csv';
  /** Of both. */
  options?: (typeof VARIANTS)[number] | undefined;
  mapping?: ReferenceMapping;
}

/** Converts both ways; throws at the first difference. Resolves with the counts. */
async function compare(t: Cleaner, each: Case): Promise<{ events: number; rows: number }> {
  const folder = tempFolder(t);
  const file = join(folder, each.name);
  writeFileSync(file, each.bytes);
  const codes: [line: number, code: string][] = [];
  const report = await convert({
    ...OPTIONS,
    ...each.options,
    ...(each.mapping !== undefined && { mapping: each.mapping as EventMapping }),
    format: each.format,
    inputs: [file],
    to: join(folder, 'out'),
    threads: 2,
    maxRejects: Number.MAX_SAFE_INTEGER,
    onReject: ({ line, code }) => {
      codes.push([line, syntax(code)]);
    },
  });
  const options: ReferenceOptions = { ...OPTIONS, ...each.options, mapping: each.mapping };
  const expected = referenceConvert(each.reference ?? each.bytes, options);
  const difference = differenceOf(await readOutput(join(folder, 'out')), expected.rows);
  if (difference !== undefined) throw new Error(`${each.name}: ${difference}`);
  const wanted = expected.rejects.map(({ line, code }): [number, string] => [line, syntax(code)]);
  codes.sort(([a], [b]) => a - b);
  // Cells hold line ends, so lines of CSV have other numbers.
  const texts = (list: [number, string][]): string[] =>
    list.map(([line, code]) => `${line} ${code}`);
  const comparable = (list: [number, string][]): unknown =>
    each.reference === undefined ? list : list.map(([, code]) => code);
  const [is, should] = [JSON.stringify(comparable(codes)), JSON.stringify(comparable(wanted))];
  if (is !== should) {
    const [more, less] = [only(texts(codes), texts(wanted)), only(texts(wanted), texts(codes))];
    throw new Error(`${each.name}: rejects ${more.slice(0, 5)}, not ${less.slice(0, 5)}`);
  }
  if (report.rowsIn !== expected.rowsIn) throw new Error(`${each.name}: ${report.rowsIn} events`);
  return { events: report.rowsIn, rows: report.rowsWritten };
}

/** The first row that one of two outputs lacks. With several threads, a day's rows come in an order of their own. */
function differenceOf(
  actual: Map<string, Row[]>,
  expected: Map<string, Row[]>,
): string | undefined {
  const [is, should] = [actual, expected].map((days) =>
    [...days].flatMap(([day, rows]) => rows.map((row) => `${day} ${textOf(row)}`)).sort(),
  ) as [string[], string[]];
  const more = only(is, should);
  const less = only(should, is);
  if (more.length === 0 && less.length === 0 && is.length === should.length) return undefined;
  // As ASCII: tap shows no message with some of these characters.
  const shown = (text = ''): string =>
    JSON.stringify(text)
      .replace(/[^ -~]/g, '?')
      .slice(0, 1500);
  return `${more.length} rows too many, such as ${shown(more[0])}; ${less.length} are missing, such as ${shown(less[0])}`;
}

function only(list: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return list.filter((text) => !known.has(text));
}

function textOf(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

async function compareFiles(t: Cleaner, format: string, make: (n: number) => Case): Promise<void> {
  const sum = { format, files: 0, events: 0, rows: 0, rejects: 0 };
  for (let n = 0; n < rounds(0.2); n++) {
    const { events, rows } = await compare(t, make(n));
    sum.files++;
    sum.events += events;
    sum.rows += rows;
    sum.rejects += events - rows;
  }
  figures.push(sum);
}

test('NDJSON, a third of it damaged', async (t) => {
  const damager = new LineDamager(SEED, good);
  await compareFiles(t, 'ndjson', (n) => {
    const lines = Array.from({ length: EVENTS }, () =>
      random.below(3) === 0
        ? Buffer.from(damager.next())
        : random.pick(random.below(9) === 0 ? pool : good),
    );
    return {
      name: `${n}.ndjson`,
      bytes: Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])),
      format: 'ndjson',
      options: VARIANTS[n % VARIANTS.length],
    };
  });
  t.pass();
});

test('JSON documents', async (t) => {
  // A carriage return between tokens becomes a space before an id is derived, because a document may have many lines.
  const valid = pool.filter((line) => isJson(line.toString()) && !line.includes('\r'));
  await compareFiles(t, 'json', (n) => {
    const events = Array.from({ length: EVENTS }, () => random.pick(valid).toString());
    return {
      name: `${n}.json`,
      bytes: Buffer.from(`[${events.join(random.pick([',', ',\n', ' , ']))}]`),
      reference: Buffer.from(events.join('\n')),
      format: 'json',
      options: VARIANTS[n % VARIANTS.length],
    };
  });
  t.pass();
});

function isJson(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

const COLUMNS = ['id', 'key', 'time', 'value', 'user', 'one', 'Two', '셋'];
const MAPPING: ReferenceMapping = {
  insert_id: { path: 'id', derive: COLUMNS },
  event_key: 'key',
  ts: 'time',
  metric_value: 'value',
  identifiers: { keys: { id: 'user', device_id: { const: 'd' } } },
  platform_properties: { keys: { osname: { const: 'Web' }, appversion: { const: '1' } } },
  event_properties: { keys: { one: 'one', two: 'Two', three: '셋' } },
};

/** Texts of all kinds, from the strings and numbers of the pool. */
const texts = [
  ...new Set(
    pool.flatMap((line) => line.toString().match(/(?<=")[^"\\]{0,80}(?=")|[-\d.eE]{1,40}/g) ?? []),
  ),
  'a,b',
  'say "hi"',
  '"',
  '""',
  'two\nlines',
  'two\r\nlines',
  ' blank ',
  '\t',
];
const times = ['2023-01-01T00:00:00Z', '1672531200', '1672531200123', '2023-01-01 09:30:00+09:00'];

function cellOf(column: string): string {
  const kind = random.below(20);
  if (kind === 0) return '';
  if (kind > 1 && column === 'time') return random.pick(times);
  if (kind > 1 && column === 'value') return String(random.below(1_000_000) / 1000);
  return random.pick(texts);
}

function quoted(cell: string): string {
  const must = /[",\r\n]/.test(cell) || cell.trim() !== cell;
  return must || random.below(4) === 0 ? `"${cell.replaceAll('"', '""')}"` : cell;
}

test('CSV, with every kind of cell', async (t) => {
  await compareFiles(t, 'csv', (n) => {
    const rows = Array.from({ length: EVENTS }, () => COLUMNS.map(cellOf)).filter((cells) =>
      cells.some((cell) => cell !== ''),
    );
    const end = n % 2 === 0 ? '\n' : '\r\n';
    const csv = [COLUMNS, ...rows].map((cells) => cells.map(quoted).join(',') + end);
    const json = rows.map((cells) =>
      JSON.stringify(
        Object.fromEntries(
          COLUMNS.map((name, at) => [name, cells[at]]).filter(([, cell]) => cell !== ''),
        ),
      ),
    );
    return {
      name: `${n}.csv`,
      bytes: Buffer.from(csv.join('')),
      reference: Buffer.from(json.join('\n')),
      format: 'csv',
      mapping: MAPPING,
    };
  });
  t.pass();
});

tap.teardown(() => {
  reportFigures('differential', 'Events compared value by value with the reference', figures);
});
