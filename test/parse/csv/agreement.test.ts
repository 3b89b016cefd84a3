// The kernel's CSV parser agrees with csv-parse, for all bytes and wherever they are cut.

import fc from 'fast-check';
import { test } from 'tap';
import { type EventBatch, MAP_COLUMNS, SCALAR_COLUMNS } from '../../../lib/batch/event-batch.ts';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { CODE_NAMES } from '../../../lib/codes.ts';
import { compileMapping } from '../../../lib/mapping/compile.ts';
import type { MappingPlan } from '../../../lib/mapping/plan.ts';
import { VENDOR_MAPPING } from '../../../lib/mapping/vendor-mapping.ts';
import { CsvBlockParser } from '../../../lib/parse/csv/block-parser.ts';
import type { CsvBlock } from '../../../lib/parse/csv/blocks.ts';
import { CsvCutter } from '../../../lib/parse/csv/cutter.ts';
import { LineParser } from '../../../lib/parse/ndjson/line-parser.ts';
import { releaseChunk } from '../../../lib/source/chunks.ts';
import { type CsvReferenceOptions, readCsv } from '../../reference/csv.ts';
import { rounds } from '../../support/rounds.ts';

const kernel = new Kernel({ debug: true });

interface Row {
  offset?: number;
  line?: number;
  raw?: string;
  code: string;
  values?: unknown;
}

function rowsOf(batches: Iterable<EventBatch>, withPlace: boolean): Row[] {
  const rows: Row[] = [];
  for (const batch of batches) {
    batch.codes.forEach((code, row) => {
      const { line, offset, raw } = batch.origin(row);
      rows.push({
        ...(withPlace && { line, offset, raw }),
        code: CODE_NAMES[code] as string,
        ...(code === 0 && { values: valuesOf(batch, row) }),
      });
    });
    batch.release();
  }
  return rows;
}

/** Kinds are reduced to absent and nested, because all cells are text. */
function valuesOf(batch: EventBatch, row: number): unknown {
  return [
    ...SCALAR_COLUMNS.map((column) => {
      const { text, kind } = batch.scalar(row, column);
      return kind <= 1 ? null : text;
    }),
    ...MAP_COLUMNS.map((column) =>
      batch.entries(row, column).map(({ key, text, kind }) => [key, kind === 1 ? null : text]),
    ),
  ];
}

function viaKernel(
  bytes: Uint8Array,
  plan: MappingPlan,
  options: { delimiter: string; quote: string; batchSize?: number; chunk?: number },
): Row[] {
  const cutter = new CsvCutter(kernel, options);
  const parser = new CsvBlockParser(kernel, plan);
  cutter.begin('test');
  const rows: Row[] = [];
  const take = (blocks: Iterable<CsvBlock>): void => {
    for (const block of blocks) {
      rows.push(...rowsOf(parser.parse('test', block), true));
      block.pieces.forEach(releaseChunk);
    }
  };
  const size = options.chunk ?? (bytes.length || 1);
  for (let at = 0; at < bytes.length; at += size) take(cutter.push(bytes.subarray(at, at + size)));
  take(cutter.end());
  parser.destroy();
  cutter.destroy();
  kernel.arena.checkGuards();
  return rows;
}

function viaCsvParse(bytes: Uint8Array, plan: MappingPlan, options: CsvReferenceOptions): Row[] {
  const rows = readCsv(Buffer.from(bytes).toString('latin1'), options);
  const parser = new LineParser(kernel, plan);
  parser.begin('test');
  const text = rows.flatMap(({ json }) => (json === undefined ? [] : [`${json}\n`])).join('');
  const good = rowsOf([...parser.push(Buffer.from(text)), ...parser.end()], false);
  parser.destroy();
  let next = 0;
  return rows.map(({ line, offset, raw, json, code }) => {
    const row = json === undefined ? { code: code as string } : (good[next++] as Row);
    return { line, offset, raw, ...row };
  });
}

/** Empty lines inside a malformed record cannot be distinguished from those between records. */
const told = (rows: Row[]): Row[] => rows.filter(({ raw, code }) => code === 'ok' || raw !== '');

const VENDOR = compileMapping(VENDOR_MAPPING, { flatten: false });
const VENDOR_OBJECTS = [...MAP_COLUMNS];

const NESTED = compileMapping(
  {
    insert_id: 'id',
    event_key: ['name', 'ctx.name'],
    ts: 'ctx.time',
    identifiers: { keys: { id: 'user', device_id: 'ctx.device\\.id' } },
    event_properties: { rest: true, exclude: ['secret'] },
    user_properties: { objects: ['ctx.traits'], flatten: true },
    platform_properties: 'platform',
  },
  { flatten: false },
);
const NESTED_OBJECTS = ['ctx', 'ctx.traits', 'platform'];

const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const joined = (piece: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(piece, { maxLength }).map((texts) => texts.join(''));

const piece = pick(
  'a',
  'bc',
  ' ',
  '"',
  '""',
  ',',
  ';',
  '\n',
  '\r\n',
  '\r',
  '1',
  '.',
  '한',
  '{',
  '}',
  'x'.repeat(20),
);
const json = pick(
  '{}',
  '{"a":1}',
  '{"a":"x\\n","b":[1, 2]}',
  '{ "a" : null }',
  'null',
  '{"a":1,"a":2}',
  '{"a":{"b":"c"}}',
  '{"a":1}x',
  '{"a":',
  '{"a"\n:\r\n1}',
  '{"a":"b\nc"}',
  ' {"z":"\\ud800"}',
  '{"name":"n","traits":{"x":{"y":1}},"q":true}',
  '{"traits":{"x":1},"traits":{"y":2},"name":1,"name":"2"}',
  '{"traits":"none"}',
  '[1]',
  'text',
);
const cell = fc.oneof({ weight: 3, arbitrary: joined(piece, 4) }, json, pick('', '', 'plain'));

/** Quotes a cell as RFC 4180 requires. */
const quoted = (text: string, always: boolean): string =>
  always || /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function file(columns: string[]): fc.Arbitrary<string> {
  const record = fc
    .tuple(
      fc.array(fc.tuple(cell, fc.boolean()), {
        minLength: columns.length,
        maxLength: columns.length,
      }),
      pick('\n', '\n', '\r\n', '\n\n'),
    )
    .map(([cells, end]) => cells.map(([text, always]) => quoted(text, always)).join(',') + end);
  const garbage = joined(fc.oneof(piece, json), 6).map((text) => `${text}\n`);
  return fc
    .tuple(
      pick('', '', '\ufeff', '\n'),
      fc.array(fc.oneof({ weight: 5, arbitrary: record }, garbage), { maxLength: 8 }),
      pick('', 'a', '"', 'a,"'),
    )
    .map(([start, lines, end]) => `${start}${columns.join(',')}\n${lines.join('')}${end}`);
}

for (const [name, plan, objects, columns] of [
  [
    'vendor',
    VENDOR,
    VENDOR_OBJECTS,
    ['insert_id', 'ts', 'event_properties', 'identifiers.id', 'user_properties.a.b', '', 'other'],
  ],
  ['nested', NESTED, NESTED_OBJECTS, ['id', 'ctx', 'platform.x', 'ctx2.y', 'secret', 'z']],
  [
    'nested dotted',
    NESTED,
    NESTED_OBJECTS,
    ['ctx.name', 'ctx.device.id', 'ctx.traits', 'ctx.other', 'ctx.time', 'user'],
  ],
] as const) {
  test(`random CSV, ${name}`, async (t) => {
    const options = { delimiter: ',', quote: '"', objects };
    fc.assert(
      fc.property(
        file([...columns]),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 80 }),
        (text, batchSize, chunk) => {
          const bytes = Buffer.from(text);
          const expected = told(viaCsvParse(bytes, plan, options));
          assertSame(told(viaKernel(bytes, plan, options)), expected);
          assertSame(told(viaKernel(bytes, plan, { ...options, batchSize, chunk })), expected);
        },
      ),
      { numRuns: rounds(400), endOnFailure: true },
    );
    t.pass();
  });
}

function assertSame(found: Row[], expected: Row[]): void {
  const at = expected.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(found[i]));
  if (at < 0 && found.length === expected.length) return;
  throw new Error(
    `row ${at}: ${JSON.stringify(found[at])}, by csv-parse ${JSON.stringify(expected[at])}`,
  );
}
