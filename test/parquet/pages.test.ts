// Pages and encodings, by the page headers in the file; values by DuckDB and hyparquet.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { ParquetOptions } from '../../lib/parquet/options.ts';
import { type Row, referenceConvert } from '../reference/convert.ts';
import { makeParser } from '../support/batch.ts';
import { hashOf, secretsOf, useHashSeed } from '../support/hash.ts';
import { type RawPage, readPages } from '../support/raw-statistics.ts';
import { firstDifference, readFiles, readFileWithHyparquet } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { eventOf, type WriteOptions, writeParquet } from '../support/write-parquet.ts';

type Pages = ReturnType<typeof readPages>;

/** Writes events, has both readers read them, and checks what every file must keep to. */
async function write(
  t: Test,
  events: string[],
  options: Partial<ParquetOptions> & WriteOptions = {},
): Promise<Pages> {
  const file = join(tempFolder(t), 'a.parquet');
  writeFileSync(file, writeParquet(events, options));
  const source = Buffer.from(events.join('\n'));
  const days = referenceConvert(source, {
    limits: 'off',
    identifiers: options.identifiers,
    anyDay: true,
  }).rows;
  const expected: Row[] = [...days.values()].flat();
  t.equal(firstDifference(await readFiles([file]), expected), undefined, 'DuckDB');
  t.equal(firstDifference(await readFileWithHyparquet(file), expected), undefined, 'hyparquet');
  const columns = readPages(file);
  for (const [path, chunks] of Object.entries(columns)) {
    for (const { chunk, pages } of chunks) {
      const sum = (of: (page: RawPage) => number, among: RawPage[] = pages): number =>
        among.reduce((total, page) => total + of(page), 0);
      const data = pages.filter(({ type }) => type === 'data');
      t.equal(
        Number(chunk.total_uncompressed_size),
        sum(({ uncompressed }) => uncompressed),
        path,
      );
      t.equal(
        Number(chunk.num_values),
        sum(({ values }) => values, data),
        path,
      );
      const kinds = pages.map(({ type, encoding }) => `${type} ${encoding}`);
      // A dictionary comes first, and only if a page uses it; plain pages come after those that do, but for those
      // before the first entry of a map.
      const start = kinds.indexOf('data PLAIN_DICTIONARY');
      const after = start < 0 ? kinds : kinds.slice(start);
      const inOrder = after.toSorted((a, b) => rank(a) - rank(b)).join();
      t.equal(after.join(), inOrder, path);
      t.ok(
        pages.every(({ type, values }) => type !== 'dictionary' || values > 0),
        'no empty dictionary',
      );
      t.equal(
        kinds.includes('dictionary PLAIN_DICTIONARY'),
        kinds.includes('data PLAIN_DICTIONARY'),
        path,
      );
    }
  }
  return columns;
}

function rank(kind: string): number {
  return ['dictionary PLAIN_DICTIONARY', 'data PLAIN_DICTIONARY', 'data PLAIN'].indexOf(kind);
}

/** Kinds of the pages of a column's first chunk, each once. */
function kindsOf(columns: Pages, path: string): string[] {
  const pages = columns[path]?.[0]?.pages ?? [];
  return [...new Set(pages.map(({ type, encoding }) => `${type} ${encoding}`))];
}

/** Numbers that look random and are the same every time. */
function* random(seed: number): Generator<number> {
  for (let x = seed; ; ) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    yield x >>> 0;
  }
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

test('a dictionary where it pays, plain values where it does not', async (t) => {
  const numbers = random(7);
  const next = (): number => numbers.next().value as number;
  const events = Array.from({ length: 1500 }, (_, n) =>
    eventOf({
      insert_id: uuid(n),
      event_key: ['view', 'buy', '한국어'][next() % 3],
      ts: 1_672_531_200_000 + (next() % 86_400_000),
      metric_value: next() % 5,
      event_properties: { few: `v${next() % 100}`, many: `${next()}${next()}` },
      user_properties: { all: `${next()} ${n}` },
    }),
  );
  const columns = await write(t, events);
  const withDictionary = ['dictionary PLAIN_DICTIONARY', 'data PLAIN_DICTIONARY'];
  t.strictSame(kindsOf(columns, 'insert_id'), ['data PLAIN']);
  t.strictSame(kindsOf(columns, 'ts'), ['data PLAIN']);
  t.strictSame(kindsOf(columns, 'event_key'), withDictionary);
  t.strictSame(kindsOf(columns, 'metric_value'), withDictionary);
  t.strictSame(kindsOf(columns, 'event_properties.key_value.key'), withDictionary);
  t.strictSame(kindsOf(columns, 'user_properties.key_value.value'), ['data PLAIN']);
});

test('values that look alike to a dictionary stay apart', async (t) => {
  useHashSeed(t, 'alike');
  const secrets = secretsOf('alike');
  // The same bucket of eight, the same tag, the same length and first 16 bytes.
  const seen = new Map<bigint, string>();
  const pairs: [string, string][] = [];
  for (let n = 0; pairs.length < 3; n++) {
    const text = `the first sixteen, and ${n.toString(36).padStart(4, '0')}`;
    const hash = hashOf(text, secrets);
    const look = (((hash >> 32n) & 7n) << 32n) | ((hash & 0xffffffffn) >> 6n);
    const other = seen.get(look);
    if (other !== undefined) pairs.push([other, text]);
    seen.set(look, text);
  }
  const { kernel } = makeParser();
  const [[text]] = pairs as [[string, string]];
  const address = kernel.arena.alloc(text.length + kernel.constant('PADDING'));
  kernel.u8.set(Buffer.from(text), address);
  const known = kernel.fn.hashText(address, text.length, 0) >>> 0;
  t.equal(known, Number(hashOf(text, secrets) & 0xffffffffn), 'this is the hash of the kernel');
  // More of the first than is looked up at once, so that the dictionary has it when the second one comes.
  const rows = 300;
  const events = pairs.flatMap(([a, b], n) =>
    Array.from({ length: rows }, (_, row) =>
      eventOf({
        insert_id: uuid(rows * n + row),
        event_properties: row < rows - 2 ? { a, b: a } : { a: b, b: a, c: b },
      }),
    ),
  );
  await write(t, events, { rowsInGroup: rows });
});

test('a dictionary that pays at first is given up later', async (t) => {
  const events = Array.from({ length: 3000 }, (_, n) =>
    eventOf({
      insert_id: uuid(n),
      event_key: n < 1500 ? `few ${n % 50}` : `${'many '.repeat(300)}${n}`,
      metric_value: n < 1500 ? n % 7 : n,
      user_properties: { a: n < 1500 ? 'same' : `${'long '.repeat(300)}${n}` },
    }),
  );
  const columns = await write(t, events);
  const all = ['dictionary PLAIN_DICTIONARY', 'data PLAIN_DICTIONARY', 'data PLAIN'];
  t.strictSame(kindsOf(columns, 'event_key'), all);
  t.strictSame(kindsOf(columns, 'user_properties.key_value.value'), all);
  const [dictionary] = columns.event_key?.[0]?.pages ?? [];
  t.ok((dictionary?.uncompressed ?? 0) < 2.5e6, 'a dictionary has its limits');
});

test('pages end near their size, at a row', async (t) => {
  for (const pageSize of [2000, 20_000]) {
    // More than a batch, after which it shows that a dictionary does not pay.
    const events = Array.from({ length: 4500 }, (_, n) =>
      eventOf({
        insert_id: uuid(n),
        event_properties: { text: `${n} `.repeat(1 + (n % 40)), other: `x${n}` },
        user_properties: n % 3 === 0 ? {} : { a: `${n}`.repeat(9) },
      }),
    );
    const columns = await write(t, events, { pageSize });
    const plain = (columns['event_properties.key_value.value']?.[0]?.pages ?? []).filter(
      ({ encoding, type }) => encoding === 'PLAIN' && type === 'data',
    );
    t.ok(plain.length > 5, `${plain.length} pages`);
    for (const { uncompressed } of plain.slice(2, -1)) {
      // The last row of a page may pass it, and levels and header come on top.
      t.ok(uncompressed >= pageSize && uncompressed < pageSize + 1500, `${uncompressed}`);
    }
  }
});

test('maps: none, empty ones, one entry, a thousand', async (t) => {
  const sizes = [0, 1, 0, 0, 1000, 2, 0, 33, 0];
  const events = sizes.map((size, n) =>
    eventOf({
      insert_id: uuid(n),
      event_properties: Object.fromEntries(
        Array.from({ length: size }, (_, k) => [`k${k}`, `${k}`]),
      ),
      user_properties: {},
    }),
  );
  for (const rowsInGroup of [1, 2, 100]) {
    const columns = await write(t, events, { rowsInGroup });
    const groups = columns['user_properties.key_value.key'] ?? [];
    t.equal(groups.length, Math.ceil(sizes.length / rowsInGroup));
    for (const { chunk } of groups) {
      t.equal(
        Number(chunk.statistics?.null_count),
        Number(chunk.num_values),
        'nothing but empty maps',
      );
    }
  }
});

test('values of every length, and one of a megabyte', async (t) => {
  const events = Array.from({ length: 300 }, (_, n) =>
    eventOf({
      insert_id: uuid(n),
      event_key: 'k'.repeat(n + 1),
      user_properties: { [`k${n}`]: '한'.repeat(n), '': '' },
    }),
  );
  events.push(
    eventOf({ insert_id: uuid(300), event_properties: { huge: '\u0000é😀'.repeat(100_000) } }),
  );
  await write(t, events);
  await write(t, events, { identifiers: 'json', pageSize: 1000, rowsInGroup: 100 });
});

test('a page with one row does not take the keys of the next ones their dictionary', async (t) => {
  const rows = [
    { a: 'x'.repeat(1_500_000), b: '1' },
    { a: 'y'.repeat(900_000), b: '1' },
    ...Array.from({ length: 500 }, (_, n) => ({ a: `v${n % 7}`, b: 'w', c: `z${n % 3}` })),
  ];
  const columns = await write(
    t,
    rows.map((event_properties, n) => eventOf({ insert_id: uuid(n), event_properties })),
  );
  const pages = columns['event_properties.key_value.key']?.[0]?.pages ?? [];
  t.ok(pages.length > 2, `${pages.length} pages`);
  t.strictSame(kindsOf(columns, 'event_properties.key_value.key'), [
    'dictionary PLAIN_DICTIONARY',
    'data PLAIN_DICTIONARY',
  ]);
});

test('a map without an entry has no dictionary', async (t) => {
  const key = 'user_properties.key_value.key';
  const value = 'user_properties.key_value.value';
  const empty = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => eventOf({ insert_id: uuid(n), user_properties: {} }));
  const none = await write(t, empty(10));
  t.strictSame(kindsOf(none, key), ['data PLAIN']);
  t.strictSame(kindsOf(none, value), ['data PLAIN']);
  // The first pages have no entry, the last ones do: pages of a map end at 65,536 rows.
  const late = [...empty(70_000), eventOf({ insert_id: uuid(1), user_properties: { a: 'b' } })];
  const columns = await write(t, late, { rowsInGroup: 100_000 });
  t.strictSame(kindsOf(columns, key), [
    'dictionary PLAIN_DICTIONARY',
    'data PLAIN',
    'data PLAIN_DICTIONARY',
  ]);
});
