import fc from 'fast-check';
import { type Test, test } from 'tap';
import { MAP_COLUMNS, SCALAR_COLUMNS } from '../../../lib/batch/event-batch.ts';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { CODE_NAMES, type RejectCode } from '../../../lib/codes.ts';
import { compileMapping } from '../../../lib/mapping/compile.ts';
import type { EventMapping } from '../../../lib/mapping/types.ts';
import { VENDOR_MAPPING } from '../../../lib/mapping/vendor-mapping.ts';
import { rejectMessage } from '../../../lib/messages.ts';
import { CsvBlockParser } from '../../../lib/parse/csv/block-parser.ts';
import { CsvCutter, type CsvCutterOptions } from '../../../lib/parse/csv/cutter.ts';
import { releaseChunk } from '../../../lib/source/chunks.ts';
import { rounds } from '../../support/rounds.ts';
import { csvParser } from '../../support/source-parser.ts';

const kernel = new Kernel({ debug: true });

interface Row {
  line: number;
  offset: number;
  code: string;
  /** Only for rejects. */
  raw?: string;
  message?: string;
  /** Only for valid rows: the values that are present, with maps as objects. */
  event?: Record<string, unknown>;
}

interface Options extends CsvCutterOptions {
  mapping?: EventMapping;
  chunk?: number;
}

function read(input: string | Uint8Array, options: Options = {}): { rows: Row[]; ignored: object } {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const plan = compileMapping(options.mapping ?? VENDOR_MAPPING, { flatten: false });
  const cutter = new CsvCutter(kernel, options);
  const parser = new CsvBlockParser(kernel, plan, options);
  const rows: Row[] = [];
  const take = (blocks: ReturnType<CsvCutter['push']>): void => {
    for (const block of blocks) {
      for (const batch of parser.parse('a.csv', block)) {
        for (let row = 0; row < batch.rows; row++) rows.push(rowOf(batch, row));
        batch.release();
      }
      block.pieces.forEach(releaseChunk);
    }
  };
  try {
    cutter.begin('a.csv');
    const size = options.chunk ?? (bytes.length || 1);
    for (let at = 0; at < bytes.length; at += size)
      take(cutter.push(bytes.subarray(at, at + size)));
    take(cutter.end());
    return { rows, ignored: Object.fromEntries(parser.ignored) };
  } finally {
    cutter.destroy();
    parser.destroy();
    kernel.arena.checkGuards();
  }
}

type Batch = ReturnType<CsvBlockParser['parse']> extends Generator<infer T> ? T : never;

function rowOf(batch: Batch, row: number): Row {
  const { line, offset, raw } = batch.origin(row);
  const code = CODE_NAMES[batch.codes[row] as number] as string;
  if (code !== 'ok') {
    return { line, offset, code, raw, message: rejectMessage(batch, row, code as RejectCode) };
  }
  const event: Record<string, unknown> = {};
  for (const column of SCALAR_COLUMNS) {
    const { text, kind } = batch.scalar(row, column);
    if (kind > 1) event[column] = text;
  }
  for (const column of MAP_COLUMNS) {
    const entries = batch.entries(row, column).map(({ key, text }) => [key, text] as const);
    if (entries.length > 0) event[column] = Object.fromEntries(entries);
  }
  return { line, offset, code, event };
}

/** Returns the events of a file, after checking that they are the same however the file is cut into chunks. */
function eventsOf(t: Test, input: string | Uint8Array, options: Options = {}): unknown[] {
  const { rows } = read(input, options);
  const length = Buffer.byteLength(input);
  for (let size = 1; size <= Math.min(length, 80); size++) {
    t.strictSame(read(input, { ...options, chunk: size }).rows, rows, `chunks of ${size}`);
    t.strictSame(read(input, { ...options, batchSize: size }).rows, rows, `blocks of ${size}`);
  }
  return rows.map(({ event, code }) => event ?? code);
}

/** A mapping for files with the columns a, b and c. */
const ABC: EventMapping = {
  insert_id: 'a',
  event_key: 'b',
  ts: 'c',
  identifiers: 'identifiers',
  platform_properties: 'platform_properties',
};

const abc = (insert_id?: string, event_key?: string, ts?: string): object => ({
  ...(insert_id !== undefined && { insert_id }),
  ...(event_key !== undefined && { event_key }),
  ...(ts !== undefined && { ts }),
});

// After csv-spectrum and RFC 4180: [what, text, rows].
const SPECTRUM: [string, string, unknown[]][] = [
  ['simple', 'a,b,c\n1,2,3\n', [abc('1', '2', '3')]],
  ['simple, CRLF', 'a,b,c\r\n1,2,3\r\n', [abc('1', '2', '3')]],
  ['no line end at the end', 'a,b,c\n1,2,3', [abc('1', '2', '3')]],
  [
    'CRLF, no line end at the end',
    'a,b,c\r\n1,2,3\r\n4,5,6',
    [abc('1', '2', '3'), abc('4', '5', '6')],
  ],
  ['mixed line ends', 'a,b,c\n1,2,3\r\n4,5,6\n', [abc('1', '2', '3'), abc('4', '5', '6')]],
  [
    'comma in quotes',
    'a,b,c\n"John, Doe","120 any, st.",3\n',
    [abc('John, Doe', '120 any, st.', '3')],
  ],
  ['quotes in quotes', 'a,b,c\n1,"ha ""ha"" ha",3\n', [abc('1', 'ha "ha" ha', '3')]],
  ['only quotes', 'a,b,c\n"""","""""",""\n', [abc('"', '""')]],
  [
    'line ends in quotes',
    'a,b,c\n1,"x\ny\r\nz",3\n4,5,6\n',
    [abc('1', 'x\ny\r\nz', '3'), abc('4', '5', '6')],
  ],
  ['empty cells', 'a,b,c\n,,\n1,,3\n', [{}, abc('1', undefined, '3')]],
  ['empty quoted cells', 'a,b,c\n"","",""\n', [{}]],
  ['empty lines', '\na,b,c\n\n1,2,3\n\r\n\n4,5,6\n\n', [abc('1', '2', '3'), abc('4', '5', '6')]],
  ['spaces are text', 'a,b,c\n 1 , 2,3 \n', [abc(' 1 ', ' 2', '3 ')]],
  ['spaces in the header are not', ' a , b\t,c \n1,2,3\n', [abc('1', '2', '3')]],
  ['quoted header', '"a","b","c"\n1,2,3\n', [abc('1', '2', '3')]],
  ['UTF-8', 'a,b,c\n한국,ʤ,😀\n', [abc('한국', 'ʤ', '😀')]],
  ['byte order mark', '\ufeffa,b,c\n1,2,3\n', [abc('1', '2', '3')]],
  ['byte order mark, quoted', '\ufeff"a","b","c"\r\n1,2,3', [abc('1', '2', '3')]],
  [
    'JSON as text',
    'a,b,c\n1,"{""type"": ""Point"", ""x"": [1, 2]}",3\n',
    [abc('1', '{"type": "Point", "x": [1, 2]}', '3')],
  ],
  ['tabs', 'a\tb\tc\n1\t2,5\t3\n', [abc('1', '2,5', '3')]],
  ['semicolons', 'a;b;c\n1;2,5;"3;"\n', [abc('1', '2,5', '3;')]],
  ['bars', 'a|b|c\n1|2|3\n', [abc('1', '2', '3')]],
  ['a carriage return inside', 'a,b,c\n1,2\rx,3\r\r\n', [abc('1', '2\rx', '3\r')]],
  ['other columns, in another order', 'x,c,,b,a\nq,3,r,2,1\n', [abc('1', '2', '3')]],
  ['header only', 'a,b,c\n', []],
  ['header only, no line end', 'a,b,c', []],
  ['nothing', '', []],
  ['a byte order mark only', '\ufeff', []],
  ['empty lines only', '\n\r\n', []],
  ['a long cell', `a,b,c\n1,"${'x,""\n'.repeat(50)}",3\n`, [abc('1', 'x,"\n'.repeat(50), '3')]],
];

for (const [what, text, expected] of SPECTRUM) {
  test(what, async (t) => {
    t.strictSame(eventsOf(t, text, { mapping: ABC }), expected);
  });
}

test('delimiter, quote and columns as given', async (t) => {
  const one = [abc('1', '2', '3')];
  t.strictSame(eventsOf(t, '1,2,3\n', { mapping: ABC, columns: ['a', 'b', 'c'] }), one);
  t.strictSame(
    eventsOf(t, '\ufeff1:2:3', { mapping: ABC, columns: ['a', 'b', 'c'], delimiter: ':' }),
    one,
  );
  t.strictSame(eventsOf(t, "a,b,c\n'1','2',3\n", { mapping: ABC, quote: "'" }), one);
  t.strictSame(eventsOf(t, 'a\tb\tc\n"1\t2"\t3\n', { mapping: ABC, quote: '' }), [
    abc('"1', '2"', '3'),
  ]);
  t.strictSame(eventsOf(t, 'a,b;c\n1,2;3\n', { mapping: { ...ABC, ts: 'b;c' }, delimiter: ',' }), [
    abc('1', undefined, '2;3'),
  ]);
  // The character that occurs equally often in most lines.
  t.strictSame(
    eventsOf(t, 'a;b;c\n1,0;2,0;3\n1,5;2;3\n', { mapping: ABC })[1],
    abc('1,5', '2', '3'),
  );
  for (const [options, message] of [
    [{ delimiter: 'ab' }, /delimiter: expected one ASCII character/],
    [{ delimiter: '\n' }, /delimiter/],
    [{ quote: '“' }, /quote: expected one ASCII character/],
    [{ delimiter: '"' }, /other than the quote/],
    [{ columns: [] }, /columns: expected the names/],
  ] as const) {
    t.throws(() => new CsvCutter(kernel, options), { code: 'E_USAGE', message });
  }
});

test('maps: JSON cells and dotted columns', async (t) => {
  const id = '8fb8e088-9245-4fce-bb87-7e09d9917ed6';
  t.strictSame(
    eventsOf(
      t,
      [
        'insert_id,event_properties,event_properties.price,identifiers.id,identifiers.device_id,platform_properties,user_properties.a.b',
        `${id},"{""x"": 1.50, ""y"": {""z"": [1, 2]},\r\n ""n"": null}",9.90,u,d,{},v`,
        `${id},,,,,null,`,
        '',
      ].join('\n'),
    ),
    [
      {
        insert_id: id,
        identifiers: { id: 'u', device_id: 'd' },
        event_properties: { x: '1.50', y: '{"z":[1,2]}', n: 'null', price: '9.90' },
        user_properties: { 'a.b': 'v' },
      },
      { insert_id: id },
    ],
  );
});

test('columns that are paths of a mapping', async (t) => {
  const mapping: EventMapping = {
    insert_id: 'id',
    event_key: 'event.name',
    ts: 'a\\.time',
    identifiers: { keys: { id: 'ctx.user.id', device_id: 'ctx.device' } },
    event_properties: { rest: true },
    platform_properties: { objects: ['ctx.app'] },
  };
  const text = [
    'id,event.name,a.time,ctx,ctx.device,ctx.app.os.name,ctx.lang,other.x',
    '1,click,2,"{""user"":{""id"":7,""vip"":true},""app"":{""v"":1}}",d,Linux,ko,y',
    '',
  ].join('\n');
  t.strictSame(eventsOf(t, text, { mapping }), [
    {
      insert_id: '1',
      event_key: 'click',
      ts: '2',
      identifiers: { id: '7', device_id: 'd' },
      event_properties: { 'ctx.user.vip': 'true', 'ctx.lang': 'ko', 'other.x': 'y' },
      platform_properties: { v: '1', 'os.name': 'Linux' },
    },
  ]);
});

test('unused columns are counted', async (t) => {
  const { ignored } = read('a,b,c,d,x.y,\n1,2,3,4,5,6\n1,2,3,,5,6\n', { mapping: ABC });
  t.strictSame(ignored, { d: 1, 'x.y': 2 });
});

const rejects = (text: string | Uint8Array, options: Options = {}): unknown[] =>
  read(text, { mapping: ABC, ...options }).rows.map(({ line, offset, code, raw }) =>
    raw === undefined ? [line, offset, code] : [line, offset, code, raw],
  );

test('wrong numbers of cells', async (t) => {
  const text = 'a,b,c\n1,2\n1,2,3\n1,2,3,4\r\n"x\ny",2\n1,2,3\n';
  eventsOf(t, text, { mapping: ABC });
  t.strictSame(rejects(text), [
    [2, 6, 'wrong_cell_count', '1,2'],
    [3, 10, 'ok'],
    [4, 16, 'wrong_cell_count', '1,2,3,4'],
    [5, 25, 'wrong_cell_count', '"x'],
    [6, 28, 'invalid_quote', 'y",2'],
    [7, 33, 'ok'],
  ]);
  t.match(read(text, { mapping: ABC }).rows[2]?.message, /has 4 cells, the header 3/);
  t.match(read('a,b,c\n1\n', { mapping: ABC }).rows[0]?.message, /has 1 cell, the header 3/);
});

test('quotes in wrong places', async (t) => {
  const text = 'a,b,c\n1,5" disk,3\n"say "hi" now",2,3\n"x\ny"z,2",3\n1,2,3\n';
  eventsOf(t, text, { mapping: ABC });
  t.strictSame(rejects(text), [
    [2, 6, 'invalid_quote', '1,5" disk,3'],
    [3, 18, 'invalid_quote', '"say "hi" now",2,3'],
    [4, 37, 'unclosed_quote', '"x'],
    [5, 40, 'invalid_quote', 'y"z,2",3'],
    [6, 49, 'ok'],
  ]);
  const messages = read(text, { mapping: ABC }).rows.map(({ message }) => message);
  t.match(messages[0], /at byte 4 of the line/);
  t.match(messages[1], /at byte 6 of the line/);
  t.match(messages[2], /quote at byte 1 of the line opens/);
  t.match(messages[3], /at byte 2 of the line/);
});

test('a quote that nothing closes costs its line only', async (t) => {
  const lines = '1,2,3\n'.repeat(1000);
  for (const batchSize of [50, 1000, 1 << 20]) {
    const rows = rejects(`a,b,c\n${lines}1,"2,3\n${lines}`, { batchSize });
    t.strictSame(rows[1000], [1002, 6006, 'unclosed_quote', '1,"2,3']);
    t.strictSame(rows[1001], [1003, 6013, 'ok']);
    t.equal(rows.length, 2001);
  }
  // Other quotes that are misplaced cost their own line only.
  const text = 'a,b,c\n1,"2,3\n4,"5"x,6\n1,2,3\n';
  eventsOf(t, text, { mapping: ABC });
  t.strictSame(
    rejects(text).map((row) => (row as unknown[])[2]),
    ['unclosed_quote', 'invalid_quote', 'ok'],
  );
});

test('cells that are not what the mapping wants', async (t) => {
  const text = Buffer.concat([
    Buffer.from(
      'insert_id,identifiers,event_properties\n1,"{""a"":1,""b""}",\n2,text,\n3,{},[1]\n4,"{""a"":',
    ),
    Buffer.from([0x22, 0x22, 0xff, 0x22, 0x22]),
    Buffer.from('}",\n5,"{}",{}x\n6,"{}\n{}",\n'),
  ]);
  eventsOf(t, text);
  const { rows } = read(text);
  t.strictSame(
    rows.map(({ line, code }) => [line, code]),
    [
      [2, 'invalid_json'],
      [3, 'map_not_an_object'],
      [4, 'map_not_an_object'],
      [5, 'invalid_utf8'],
      [6, 'invalid_json'],
      [7, 'invalid_json'],
    ],
  );
  t.match(rows[0]?.message, /at byte 18 of the line: "}/, 'doubled quotes count as they stand');
  t.match(rows[1]?.message, /at byte 3 of the line: "text/);
  t.match(rows[4]?.message, /at byte 10 of the line: "x"/);
  t.equal(rows[5]?.raw, '6,"{}\n{}",');
});

test('records that are too long', async (t) => {
  const options = { mapping: ABC, maxLine: 100, batchSize: 64 };
  const long = 'x'.repeat(300);
  t.strictSame(
    rejects(`a,b,c\n1,2,3\n${long}\n1,2,3\n1,"${'y\n'.repeat(100)}",3\n4,5,6\n`, options).slice(
      0,
      5,
    ),
    [
      [2, 6, 'ok'],
      [3, 12, 'line_too_long', 'x'.repeat(100)],
      [4, 313, 'ok'],
      [5, 319, 'unclosed_quote', '1,"y'],
      [6, 324, 'wrong_cell_count', 'y'],
    ],
  );
  const lines = rejects(`a,b,c\n${'z'.repeat(90)},,\n${'z'.repeat(99)},,\n1,2,3`, options);
  t.match(lines, [
    [2, 6, 'ok'],
    [3, 99, 'line_too_long'],
    [4, 201, 'ok'],
  ]);
  t.strictSame(rejects(`a,b,c\n${long}`, options).length, 1);
});

test('headers that cannot be used', async (t) => {
  const cases: [string, RegExp, RegExp?][] = [
    [
      'x,y,z\n1,2,3\n',
      /a\.csv: the mapping uses none of its 3 columns \("x", "y", "z"\)/,
      /--columns/,
    ],
    ['1,2,3\n4,5,6\n', /uses none/],
    ['insert_id^ts\n1^2\n', /does not use its only column \("insert_id\^ts"\)/, /--delimiter/],
    ['{"a":1}\n', /its first line is JSON/, /--format ndjson/],
    ['[\n{"a":1},\n', /its first line is JSON/, /--format json/],
    ['{"a"\n', /its first line cannot be read/],
    ['insert_id\n', /does not use its only column/],
    ['x,y\n', /uses none of its 2 columns/],
    ['identifiers,y\n1,2\n', /none of the columns that the mapping needs \("a", "b", "c"\), got/],
    ['a,b,a\n1,2,3\n', /has the column "a" twice/],
    [',,\n1,2,3\n', /its columns have no names/],
    ['a,"b,c\n1,2,3\n', /its first line cannot be read: .*[Qq]uote/],
    ['a,b,c\r1,2,3\r', /carriage returns alone/, /tr /],
    ['x'.repeat(70_000), /its first 64 KiB are a single line/],
  ];
  for (const [text, message, hint] of cases) {
    t.throws(
      () => read(text, { mapping: ABC }),
      { code: 'E_INPUT_FORMAT', message, ...(hint && { hint }) },
      text.slice(0, 20),
    );
  }
  t.doesNotThrow(
    () => read('a,x,x\n1,2,3\n', { mapping: ABC }),
    'unused columns may have the same name',
  );
});

test('line ends in a quoted header', async (t) => {
  const mapping: EventMapping = { ...ABC, insert_id: 'a\r\nx', event_key: 'b\rx', ts: 'c' };
  for (const end of ['\n', '\r\n']) {
    const text = `"a\r\nx","b\rx",c${end}1,2,3${end}`;
    t.strictSame(eventsOf(t, text, { mapping }), [abc('1', '2', '3')]);
  }
});

test('what the columns of a header may lack', async (t) => {
  const constants: EventMapping = {
    ...ABC,
    insert_id: { derive: 'raw' },
    event_key: ['b', { const: 'e' }],
    ts: { path: ['c', { const: '2023-01-01T00:00:00Z' }] },
    event_properties: { rest: true },
  };
  const { rows } = read('x,y\n1,2\n', { mapping: constants });
  t.match(rows, [{ code: 'ok', event: { event_properties: { x: '1', y: '2' } } }]);
  const nested: EventMapping = { ...ABC, ts: 'ctx.time' };
  t.equal(read('ctx,y\n"{""time"":1}",2\n', { mapping: nested }).rows.length, 1);
  t.throws(() => read('other,y\n1,2\n', { mapping: { ...nested, event_properties: '' } }), {
    message: /needs \("a", "b", "ctx.time"\)/,
  });
});

test('a line that says the delimiter, as Excel writes it', async (t) => {
  const one = [abc('1', '2', '3')];
  for (const line of ['sep=;', 'SEP=;', '"sep=;"', '\ufeffsep=;']) {
    for (const end of ['\n', '\r\n']) {
      const text = `${line}${end}a;b;c${end}1;2;3${end}`;
      t.strictSame(eventsOf(t, text, { mapping: ABC }), one);
      t.match(read(text, { mapping: ABC }).rows, [{ line: 3 }]);
    }
  }
  t.strictSame(eventsOf(t, 'sep=\t\na\tb\tc\n1\t2\t3\n', { mapping: ABC }), one);
  t.strictSame(eventsOf(t, 'sep=\na|b|c\n1|2|3\n', { mapping: ABC }), one);
  t.strictSame(
    eventsOf(t, 'sep=,\n1,2,3\n', { mapping: ABC, columns: ['a', 'b', 'c'] }),
    one,
    'also before records without a header',
  );
  const own = { mapping: { ...ABC, insert_id: 'sep=' }, delimiter: ';' };
  t.strictSame(eventsOf(t, 'sep=;b;c\n1;2;3\n', own), one, 'a column with that name');
});

test('comments', async (t) => {
  const options = { mapping: ABC, comment: '#' };
  const long = 'y'.repeat(100);
  const text = `# it's "quoted\n\n#x,y\na,b,c\n#"${long}\n1,2,3\n#,,"\n"4\n#5",6,7\n#\n8,#9,10\n#"end`;
  t.strictSame(eventsOf(t, text, options), [
    abc('1', '2', '3'),
    abc('4\n#5', '6', '7'),
    abc('8', '#9', '10'),
  ]);
  t.match(read(text, options).rows, [{ line: 6 }, { line: 8 }, { line: 11 }]);
  t.strictSame(eventsOf(t, 'a,b,c\n#1,2,3\n', { mapping: ABC }), [abc('#1', '2', '3')]);
});

test('control characters between cells', async (t) => {
  for (const [delimiter, text] of [
    ['\x01', 'a\x01b\x01c\n1\x012\x013\n'],
    ['\x1f', 'a\x1fb\x1fc\n1\x1f"2"\x1f3\n'],
  ] as const) {
    t.strictSame(eventsOf(t, text, { mapping: ABC, delimiter }), [abc('1', '2', '3')]);
  }
  const found = eventsOf(t, 'a\x01b\x01c\n1\x012\x013\n', { mapping: ABC });
  t.strictSame(found, [abc('1', '2', '3')], 'that of Hive is detected');
});

test('more records than a batch has rows, and names without end', async (t) => {
  const text = `a,b,c\n${Array.from({ length: 40_000 }, (_, i) => `${i},,\n`).join('')}`;
  const { rows } = read(text, { mapping: ABC });
  t.equal(rows.length, 40_000);
  t.strictSame(rows[39_999], {
    line: 40_001,
    offset: text.length - 8,
    code: 'ok',
    event: { insert_id: '39999' },
  });
  const wrong = read(`a,b,c\n${'1\n'.repeat(40_000)}`, { mapping: ABC }).rows;
  t.equal(wrong.length, 40_000);
  t.ok(wrong.every(({ code }) => code === 'wrong_cell_count'));
  const swallowed = read(`a,b,c\n"${'1\n'.repeat(40_000)}"\n`, { mapping: ABC }).rows;
  t.equal(swallowed.length, 40_001);

  const keys = Array.from({ length: 12_000 }, (_, i) => `${i},"{""key${i}"":${i}}"\n`).join('');
  const many = read(`insert_id,event_properties\n${keys}`, { batchSize: 30_000 }).rows;
  t.equal(many.length, 12_000);
  t.ok(
    many.every(({ event }, i) => JSON.stringify(event?.event_properties) === `{"key${i}":"${i}"}`),
  );
});

test('blocks of several batches, records longer than a block, lines that are no records', async (t) => {
  const records = (count: number): string =>
    Array.from({ length: count }, (_, i) => `${i},"${'x\n'.repeat(500)}",z\n`).join('');
  const long = `long,${'y'.repeat(1_500_000)},z\n`;
  const text = `a,b,c\n${records(1500)}${long}${records(1500)}1,"never closed,z\nlast,2,3\n`;
  const options = { mapping: ABC, chunk: 1 << 20 };
  const { rows } = read(text, options);
  t.equal(rows.length, 3003);
  t.match(rows[1500], { line: 2 + 1500 * 501, code: 'ok', event: { insert_id: 'long' } });
  t.match(rows[3001], { line: 3 + 3000 * 501, code: 'unclosed_quote' });
  t.match(rows[3002], { line: 4 + 3000 * 501, offset: text.length - 9, code: 'ok' });
  for (const batchSize of [10_000, 1 << 20]) {
    t.strictSame(read(text, { ...options, batchSize }).rows, rows, `batches of ${batchSize}`);
  }
});

test('sources one after another, with columns of their own', async (t) => {
  const plan = compileMapping(ABC, { flatten: false });
  const parser = csvParser(kernel, plan);
  const seen: unknown[] = [];
  for (const [name, text] of [
    ['one', 'a,b,c\n1,2,3\n'],
    ['two', 'c\tb\ta\n3\t2\t1'],
    ['three', ''],
    ['four', 'c\tb\ta\n6\t5\t4\n'],
  ] as const) {
    parser.begin(name);
    for (const batch of [...parser.push(Buffer.from(text)), ...parser.end()]) {
      for (let row = 0; row < batch.rows; row++) seen.push([batch.source, rowOf(batch, row).event]);
      batch.release();
    }
  }
  parser.destroy();
  t.strictSame(seen, [
    ['one', abc('1', '2', '3')],
    ['two', abc('1', '2', '3')],
    ['four', abc('4', '5', '6')],
  ]);
});

test('what is written as RFC 4180 wants comes back', async (t) => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', '한'));
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (records) => {
      const text = `a,b,c\n${records.map((cells) => cells.map(quoted).join(',')).join('\r\n')}`;
      const events = read(text, { mapping: ABC, batchSize: 100 }).rows.map(({ event }) => event);
      const wellFormed = (value: string): string | undefined => value.toWellFormed() || undefined;
      const expected = records.map(([a, b, c]) => abc(wellFormed(a), wellFormed(b), wellFormed(c)));
      return JSON.stringify(events) === JSON.stringify(expected);
    }),
    { numRuns: rounds(300) },
  );
  t.pass();
});
