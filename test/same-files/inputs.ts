// The files that both builds read, the same bytes in every run.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { type DataParameters, generate } from '../../bench/generate.ts';
import { inPackage } from '../support/command.ts';
import { MAPPINGS, mappedSource, vendorSource } from '../support/generate.ts';
import { zipOf } from '../support/zip.ts';

/** Larger than the input for which a run starts threads. */
const BIG = 9 << 20;
/** Seed of all generators. */
const SEED = 14;

export const HAS_ZSTD: boolean = 'zstdCompressSync' in zlib;

export const COLUMNS =
  'insert_id,event_key,ts,metric_value,identifiers,event_properties,user_properties,platform_properties';

type Files = Record<string, string | Buffer>;

/** Writes all inputs into a folder. */
export function writeInputs(folder: string): void {
  const small = eventLines({ size: 1 << 20, days: 3 });
  const big = eventLines({ size: BIG, days: 3, seed: SEED });
  const groups: (() => Files)[] = [
    () => inEveryFormat('small', small),
    () => inEveryFormat('big', big),
    () => variants(small),
    () => compressed(small, big),
    () => odd(),
    () => mixedDays(),
    () => manySmall(small),
    () => largePresets(),
    () => damaged(small),
  ];
  for (const group of groups) {
    for (const [name, content] of Object.entries(group())) {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  // Two row groups of the default size.
  copyFileSync(generate({ size: 80 << 20, days: 1 }).file, join(folder, 'row-groups.ndjson'));
  const samples = ['samples/events.ndjson', 'samples/wikipedia.ndjson.gz'];
  for (const file of [...samples, 'samples/wikipedia.mapping.json', ...presetInputs()]) {
    copyFileSync(inPackage(file), join(folder, basename(file)));
  }
  // Beside the inputs there is no package.json that makes it a module.
  copyFileSync(inPackage('samples/transform.js'), join(folder, 'transform.mjs'));
}

/** Events as lines, made by the generator of the benchmarks and kept among its data. */
function eventLines(parameters: DataParameters): string[] {
  return readFileSync(generate(parameters).file, 'utf8').trimEnd().split('\n');
}

function inEveryFormat(name: string, lines: string[]): Files {
  const events = lines.map(parsed);
  return {
    [`${name}.ndjson`]: `${lines.join('\n')}\n`,
    [`${name}.json`]: `[${lines.join(',\n')}]`,
    [`${name}.csv`]: delimited(events),
    [`${name}.tsv`]: delimited(events, { delimiter: '\t' }),
    [`${name}.ndjson.gz`]: zlib.gzipSync(lines.join('\n')),
  };
}

function variants(lines: string[]): Files {
  const events = lines.map(parsed);
  return {
    'bom-crlf.ndjson': `\ufeff${lines.join('\r\n\r\n')}`,
    'concatenated.json': lines.map((line) => JSON.stringify(parsed(line), null, 2)).join(''),
    'pretty.json': JSON.stringify(events, null, 2),
    'nested.json': JSON.stringify({ count: 1, data: { other: [{}], events } }),
    'quoted.csv': `\ufeff${delimited(events, { end: '\r\n', quoteAll: true })}`,
    'apostrophes.csv': delimited(events, { quote: "'" }),
    'semicolons.csv': delimited(events, { delimiter: ';' }),
    'bars.csv': delimited(events, { delimiter: '|' }),
    'unquoted.tsv': delimited(events, { delimiter: '\t', quote: '' }),
    'headless.csv': delimited(events).replace(/^.*\n/, ''),
  };
}

function compressed(small: string[], big: string[]): Files {
  const first = `${small.slice(0, 700).join('\n')}\n`;
  const second = small.slice(700).join('\n');
  const csv = delimited(small.map(parsed));
  return {
    'small.csv.gz': zlib.gzipSync(csv),
    'without-name': zlib.gzipSync(`[${small.join(',')}]`),
    'members.ndjson.gz': Buffer.concat([first, '', second].map((part) => zlib.gzipSync(part))),
    'small.ndjson.br': zlib.brotliCompressSync(first + second),
    'members.zip': zipOf([
      { name: 'b.ndjson', content: Buffer.from(first) },
      { name: 'a/c.csv', content: Buffer.from(csv) },
      { name: 'a/d.ndjson.gz', content: zlib.gzipSync(second), method: 0 },
      { name: 'e.json', content: Buffer.from(`[${small.join(',')}]`), zip64: true },
    ]),
    'big.zip': zipOf([{ name: 'big.ndjson', content: Buffer.from(big.join('\n')) }]),
    ...(HAS_ZSTD && {
      'small.ndjson.zst': zlib.zstdCompressSync(first + second),
      'members.ndjson.zst': Buffer.concat([first, second].map((s) => zlib.zstdCompressSync(s))),
    }),
  };
}

function manySmall(lines: string[]): Files {
  const files = Array.from({ length: 50 }, (_, n) => lines.slice(n * 20, n * 20 + 20).join('\n'));
  return Object.fromEntries(files.map((text, n) => [`many/${n}.ndjson`, text]));
}

/** Events as no one writes them, and lines that are none. */
function odd(): Files {
  const files: Files = {};
  for (const [name, source] of [
    ['odd', vendorSource],
    ['mapped', mappedSource],
  ] as const) {
    const samples = fc.sample(source, { numRuns: 20, seed: SEED });
    const bytes = Buffer.concat(samples.flatMap((sample) => [sample, Buffer.from('\n')]));
    const lines = bytes.toString().split(/[\r\n]+/);
    const times = Math.ceil(BIG / bytes.length);
    Object.assign(files, inEveryFormat(name, lines.filter(isObject)), {
      [`${name}.ndjson`]: bytes,
      [`${name}-big.ndjson`]: Buffer.concat(Array.from({ length: times }, () => bytes)),
    });
  }
  MAPPINGS.forEach((mapping, n) => {
    files[`mapping-${n}.json`] = JSON.stringify(mapping);
  });
  return { ...files, 'limits.ndjson': limits().join('\n'), 'odd-cells.csv': oddCells() };
}

/** Events below and above each of the vendor's limits. */
function limits(): string[] {
  return Array.from({ length: 300 }, (_, n) =>
    JSON.stringify({
      ...event(n),
      event_key: 'k'.repeat(n + 1),
      identifiers: { id: 'i'.repeat(n * 2 + 1), device_id: 'd' },
      event_properties: Object.fromEntries(Array.from({ length: n }, (_, key) => [`p${key}`, n])),
      user_properties: { ['u'.repeat(n + 1)]: 'v'.repeat(n * 10) },
    }),
  );
}

/** Quotes inside cells, cells too many, and a quote that is never closed. */
function oddCells(): string {
  const csv = delimited(Array.from({ length: 3000 }, (_, n) => event(n)));
  return `${csv.replaceAll('00,view', '"00,view').replaceAll('07,view', '07,view,x')}${csv}a,"b`;
}

function event(n: number): Record<string, unknown> {
  return {
    insert_id: `8fb8e088-9245-4fce-bb87-${String(n).padStart(12, '0')}`,
    event_key: 'view',
    ts: '2024-01-01T00:00:00Z',
    identifiers: { id: n, device_id: n },
    platform_properties: { osname: 'iOS', appversion: '1' },
  };
}

function mixedDays(): Files {
  const days = { size: BIG, days: 400, seed: SEED };
  const ids = eventLines({ size: 12 << 20, days: 1, eventSize: 280 });
  return {
    'mixed-days.ndjson': `${eventLines({ ...days, interleaved: true }).join('\n')}\n`,
    'days-in-order.ndjson': `${eventLines(days).join('\n')}\n`,
    // More ids than the smallest memory of --dedupe holds, the first ones again at the end.
    'ids.ndjson': [...ids, ...ids.slice(0, 9000)].join('\n'),
  };
}

/** Path of each preset's lines in the package. */
export function presetInputs(): string[] {
  const folder = 'test/presets';
  const names = readdirSync(inPackage(folder)).filter((name) => name.includes('.in.'));
  return names.map((name) => `${folder}/${name}`);
}

/** The presets' lines, again and again. */
function largePresets(): Files {
  return Object.fromEntries(
    presetInputs().map((file) => {
      const text = readFileSync(inPackage(file), 'utf8').replace(/\n?$/, '\n');
      const header = file.endsWith('.csv') ? /^.*\n/ : /^(#.*\n)*/;
      const body = text.replace(header, '');
      return [`big-${basename(file)}`, text + body.repeat(Math.ceil(BIG / body.length))];
    }),
  );
}

/** Inputs that fail. */
function damaged(lines: string[]): Files {
  const gzip = zlib.gzipSync(lines.join('\n'));
  const flipped = Buffer.from(gzip);
  flipped.writeUInt32LE(0, gzip.length >> 1);
  const json = `[${lines.join(',')}]`;
  const zip = zipOf([{ name: 'a.ndjson', content: Buffer.from(lines.join('\n')) }]);
  return {
    'truncated.ndjson.gz': gzip.subarray(0, -1000),
    'flipped.ndjson.gz': flipped,
    'truncated.zip': zip.subarray(0, -1000),
    'encrypted.zip': zipOf([{ name: 'a', content: Buffer.from('a'), encrypted: true }]),
    'truncated.json': json.slice(0, -1000),
    'wrong.json': json.replace('},{', '},,{'),
    'other.json': '{"rows":1}',
    'utf16.ndjson': Buffer.from(lines.join('\n'), 'utf16le'),
    'binary.ndjson': Buffer.from('PAR1\0\0\0\0PAR1'),
    'columns.csv': 'a,b\n1,2\n',
    'wrong-mapping.json': '{"event_key":7,"tz":"x"}',
    'wrong-transform.mjs': 'export default 7;',
  };
}

interface Dialect {
  delimiter?: string;
  quote?: string;
  quoteAll?: boolean;
  end?: string;
}

/** Events as CSV, maps as JSON in their cells. */
function delimited(events: Record<string, unknown>[], dialect: Dialect = {}): string {
  const { delimiter = ',', quote = '"', quoteAll = false, end = '\n' } = dialect;
  const cell = (value: unknown): string => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    const needsQuotes = quoteAll || [delimiter, quote, '\n', '\r'].some((c) => text.includes(c));
    return quote !== '' && needsQuotes
      ? quote + text.replaceAll(quote, quote + quote) + quote
      : text;
  };
  const columns = COLUMNS.split(',');
  const rows = events.map((event) => columns.map((column) => cell(event[column])).join(delimiter));
  return [columns.join(delimiter), ...rows, ''].join(end);
}

function parsed(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

function isObject(line: string): boolean {
  try {
    return /^\s*\{/.test(line) && typeof parsed(line) === 'object';
  } catch {
    return false;
  }
}
