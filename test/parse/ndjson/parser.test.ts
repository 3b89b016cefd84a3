// Bytes → lines → batches: the ends of chunks, batches and lines, and the memory of the parser.
import { test } from 'tap';
import { BATCH_TEXT, type EventBatch } from '../../../lib/batch/event-batch.ts';
import { codeOf, makeParser, type ScanOptions } from '../../support/batch.ts';

interface Seen {
  line: number;
  offset: number;
  code: string;
  key: string;
  raw: string;
}

interface Parsed {
  rows: Seen[];
  /** Number of rows in each batch. */
  batches: number[];
}

/** Parses sources one after another. Each is a list of chunks. */
function parse(sources: Uint8Array[][], options: ScanOptions = {}): Parsed {
  const { parser, kernel } = makeParser(options);
  const before = kernel.arena.used;
  const parsed: Parsed = { rows: [], batches: [] };
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      parsed.batches.push(batch.rows);
      for (let row = 0; row < batch.rows; row++) {
        const { line, offset, raw } = batch.origin(row);
        const code = codeOf(batch, row);
        const key = code === 'ok' ? batch.scalar(row, 'event_key').text : '';
        parsed.rows.push({ line, offset, code, key, raw: raw.slice(0, 40) });
      }
      batch.release();
    }
  };
  for (const chunks of sources) {
    parser.begin('test');
    for (const chunk of chunks) take(parser.push(chunk));
    take(parser.end());
  }
  kernel.arena.checkGuards();
  parser.destroy();
  if (kernel.arena.used >= before) throw new Error('the parser kept memory');
  return parsed;
}

const bytes = (text: string): Buffer => Buffer.from(text);
const chunked = (source: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(source.length / size) }, (_, at) =>
    source.subarray(at * size, (at + 1) * size),
  );
/** Returns a line of exactly this many bytes, without its line feed. */
const lineOf = (length: number, key = 'k'): string => {
  const line = `{"event_key":"${key}","x":""}`;
  return line.replace('""}', `"${'x'.repeat(length - line.length)}"}`);
};
const summary = ({ rows }: Parsed): [number, number, string, string][] =>
  rows.map(({ line, offset, code, key }) => [line, offset, code, key]);

test('lines end with \\n or \\r\\n or the source; empty ones only count', (t) => {
  const source = '\n{"event_key":"a"}\r\n\r\n \t\n {"event_key":"b"} \n\n\n{"event_key":"c"}';
  const expected = [
    [2, 1, 'ok', 'a'],
    [5, 25, 'ok', 'b'],
    [8, 47, 'ok', 'c'],
  ];
  for (const size of [1, 2, 3, 7, 1000]) {
    t.strictSame(summary(parse([chunked(bytes(source), size)])), expected, `chunks of ${size}`);
    t.strictSame(summary(parse([chunked(bytes(`${source}\n`), size)])), expected);
    t.strictSame(summary(parse([chunked(bytes(`${source}\r\n \n`), size)])), expected);
  }
  t.end();
});

test('nothing in, nothing out', (t) => {
  for (const source of ['', '\n', ' ', '\r\n\r\n', '\ufeff', '\ufeff\n', '\ufeff \r\n ']) {
    t.strictSame(
      parse([chunked(bytes(source), 1)]),
      { rows: [], batches: [] },
      JSON.stringify(source),
    );
  }
  t.end();
});

test('a byte order mark at the start of each source is no part of its first line', (t) => {
  const marked = bytes('\ufeff{"event_key":"a"}\n{"event_key":"b"}');
  for (const size of [1, 2, 3, 4, 100]) {
    const chunks = chunked(marked, size);
    t.strictSame(summary(parse([chunks, chunks])), [
      [1, 3, 'ok', 'a'],
      [2, 21, 'ok', 'b'],
      [1, 3, 'ok', 'a'],
      [2, 21, 'ok', 'b'],
    ]);
  }
  const twice = parse([[bytes('\ufeff\ufeff{"event_key":"a"}\n\ufeff{"event_key":"b"}')]]);
  t.strictSame(
    twice.rows.map(({ code }) => code),
    ['invalid_json', 'invalid_json'],
  );
  // The first two of its three bytes are not a mark.
  const half = parse([[Buffer.from([0xef, 0xbb]), bytes('{}')]]);
  t.strictSame(summary(half), [[1, 0, 'invalid_utf8', '']]);
  t.end();
});

test('a line of exactly --max-line bytes is taken, one more is not', (t) => {
  for (const maxLine of [40, 65_536, 1 << 20, (1 << 20) + 1, 2_200_000]) {
    for (const mark of ['', '\ufeff']) {
      for (const end of ['\n', '']) {
        const good = lineOf(maxLine, 'good');
        const long = lineOf(maxLine + 1, 'long');
        const after = lineOf(40, 'after');
        const name = `${maxLine} ${JSON.stringify(mark + end)}`;
        const at = Buffer.byteLength(mark);
        t.strictSame(
          summary(parse([[bytes(`${mark}${good}\n${long}\n${after}${end}`)]], { maxLine })),
          [
            [1, at, 'ok', 'good'],
            [2, at + maxLine + 1, 'line_too_long', ''],
            [3, at + 2 * maxLine + 3, 'ok', 'after'],
          ],
          name,
        );
        t.strictSame(
          summary(parse([chunked(bytes(`${mark}${long}\n${good}${end}`), 65_536)], { maxLine })),
          [
            [1, at, 'line_too_long', ''],
            [2, at + maxLine + 2, 'ok', 'good'],
          ],
          name,
        );
        t.strictSame(
          summary(parse([[bytes(`${mark}${long}${end}`)]], { maxLine })),
          [[1, at, 'line_too_long', '']],
          name,
        );
      }
    }
  }
  t.end();
});

test('a line far too long is not held in memory, whatever is in it', (t) => {
  const { parser, kernel } = makeParser({ maxLine: 2 << 20 });
  parser.begin('test');
  const part = Buffer.alloc(1 << 20, 'x');
  const codes: string[] = [];
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      for (let row = 0; row < batch.rows; row++) codes.push(codeOf(batch, row));
      t.equal(batch.origin(0).raw, 'x'.repeat(1024), 'its beginning is kept');
      batch.release();
    }
  };
  for (let n = 0; n < 8; n++) take(parser.push(part));
  const used = kernel.arena.used;
  for (let n = 0; n < 100; n++) take(parser.push(part));
  t.equal(kernel.arena.used, used);
  take(parser.end());
  t.strictSame(codes, ['line_too_long']);
  parser.destroy();
  t.end();
});

test('blank lines longer than the limit are rejected, shorter ones skipped', (t) => {
  const source = `${' '.repeat(40)}\n${' '.repeat(41)}\n{}`;
  t.strictSame(
    parse([[bytes(source)]], { maxLine: 40 }).rows.map(({ line, code }) => [line, code]),
    [
      [2, 'line_too_long'],
      [3, 'ok'],
    ],
  );
  t.end();
});

test('batches end near their size, at a line, wherever the chunks end', (t) => {
  const size = BATCH_TEXT;
  for (const first of [size - 2, size - 1, size, size + 1, 2.5 * size]) {
    const lengths = [first, 30, size / 2, size / 2 + 70_000, 40, size - 576, 574, 30, 30];
    const source = bytes(lengths.map((length, n) => `${lineOf(length, `k${n}`)}\n`).join(''));
    const expected = lengths.map((_, n) => [
      n + 1,
      lengths.slice(0, n).reduce((sum, length) => sum + length + 1, 0),
      'ok',
      `k${n}`,
    ]);
    const whole = parse([[source]]);
    t.strictSame(summary(whole), expected, `first line of ${first}`);
    t.ok(whole.batches.length >= 3);
    for (const chunk of [4096, 65_537, size, size + 1]) {
      const other = parse([chunked(source, chunk)]);
      t.strictSame(other, whole, `chunks of ${chunk}`);
    }
  }
  t.end();
});

test('a batch has at most 16,384 rows', (t) => {
  const count = 50_000;
  const { rows, batches } = parse([[bytes('{}\n'.repeat(count))]]);
  t.equal(rows.length, count);
  t.ok(batches.every((size) => size <= 16_384));
  t.ok(rows.every(({ line, offset }, n) => line === n + 1 && offset === 3 * n));
  t.end();
});

test('an event that needs more room than a batch has gets a larger one', (t) => {
  // More entries than a batch has room for: it is judged by what the larger one shows, which is too much.
  const wide = `{"event_key":"wide","a":{${Array(180_000).fill('"":0').join()}}}`;
  const mapping = {
    insert_id: 'insert_id',
    event_key: 'event_key',
    ts: 'ts',
    identifiers: 'i',
    event_properties: { objects: ['a'], keys: { d: 'a', e: 'a', f: 'a' } },
    platform_properties: 'p',
  };
  // A repeated field in a line that fills the batch: the line is copied, to be scanned again.
  const long = 'é'.repeat(500_000);
  const again = `{"event_key":"first","event_key":"second","user_properties":{"\\u0061":"\\n${long}"}}`;
  const source = bytes(`${lineOf(40, 'before')}\n${wide}\n${again}\n${lineOf(40, 'after')}`);
  const { rows } = parse([[source]], { mapping, flatten: true });
  t.strictSame(
    rows.map(({ code, key, line }) => [line, code, key]),
    [
      [1, 'ok', 'before'],
      [2, 'too_many_keys', ''],
      [3, 'ok', 'second'],
      [4, 'ok', 'after'],
    ],
  );
  t.strictSame(parse([chunked(source, 9999)], { mapping, flatten: true }).rows, rows);
  t.end();
});

test('input that invents keys without end does not grow memory', (t) => {
  const { parser, kernel } = makeParser();
  let names = 0;
  const used: number[] = [];
  parser.begin('test');
  for (let chunk = 0; chunk < 14; chunk++) {
    const lines = Array.from({ length: 2000 }, () => {
      const entries = Array.from({ length: 10 }, () => `"name of key ${names++}":1`);
      return `{"event_properties":{${entries.join()}}}\n`;
    });
    for (const batch of parser.push(bytes(lines.join('')))) {
      const [entry] = batch.entries(0, 'event_properties');
      t.match(entry?.key, /^name of key \d+$/);
      batch.release();
    }
    used.push(kernel.arena.used);
  }
  t.equal(names, 280_000);
  t.ok((used.at(-1) as number) <= Math.max(...used.slice(0, 7)), used.join(' '));
  for (const batch of parser.end()) batch.release();
  parser.destroy();
  t.end();
});

test('fields that nothing uses are counted by name, at most 100 names', (t) => {
  const { parser } = makeParser();
  parser.begin('test');
  const lines = Array.from(
    { length: 300 },
    (_, n) => `{"often":1,"n${n}":1,"\\u006fften":2,"\\ud800":0}\n`,
  );
  for (const batch of [...parser.push(bytes(lines.join(''))), ...parser.end()]) batch.release();
  t.equal(parser.ignored.get('often'), 600);
  t.equal(parser.ignored.get('\ufffd'), 300);
  t.equal(parser.ignored.size, 100);
  parser.destroy();
  t.end();
});
