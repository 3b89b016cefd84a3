// CSV through the whole program: inline and in worker threads, alone and with other formats.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Test, test } from 'tap';
import { convert } from '../lib/convert.ts';
import type { ConvertOptions, Input } from '../lib/options/options.ts';
import type { RejectRecord } from '../lib/report.ts';
import { readDay } from './support/read-parquet.ts';
import { tempFolder } from './support/temp.ts';
import { zipOf } from './support/zip.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const COLUMNS =
  'insert_id,event_key,ts,metric_value,identifiers,platform_properties,event_properties.Name,event_properties.note';

function record(n: number, delimiter = ','): string {
  return [
    id(n),
    'purchase',
    '2023-01-01T00:01:02.333Z',
    `${n}.5`,
    quoted('{"id":"u","device_id":"d"}'),
    quoted('{"osname":"iOS","appversion":"1"}'),
    `n${n}`,
    quoted(`two\nlines, ${n}`),
  ].join(delimiter);
}

const event = (n: number): string =>
  JSON.stringify({
    insert_id: id(n),
    event_key: 'purchase',
    ts: '2023-01-01T00:01:02.333Z',
    metric_value: n + 0.5,
    identifiers: { id: 'u', device_id: 'd' },
    platform_properties: { osname: 'iOS', appversion: '1' },
    event_properties: { Name: `n${n}`, note: `two\nlines, ${n}` },
  });

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

async function rows(
  t: Test,
  inputs: Input[],
  options: Partial<ConvertOptions> = {},
): Promise<{ rows: unknown; rejects: RejectRecord[]; ignored: object }> {
  const to = tempFolder(t);
  const rejects: RejectRecord[] = [];
  const report = await convert({
    inputs,
    to,
    maxRejects: 1000,
    onReject: (reject) => {
      rejects.push(reject);
    },
    ...options,
  });
  t.equal(report.status, 'committed');
  const found = await readDay(join(to, 'dt=2023-01-01'));
  // Threads take turns: each writes files of its own.
  found.sort((a, b) => (a.insert_id < b.insert_id ? -1 : 1));
  return { rows: found, rejects, ignored: report.ignoredFields };
}

const stream = (name: string, text: string | Uint8Array): Input => ({
  name,
  stream: Readable.from([Buffer.from(text)]),
});

for (const threads of [0, 2]) {
  test(`CSV gives the rows of NDJSON, ${threads} threads`, async (t) => {
    const many = range(0, 6000);
    const expected = await rows(t, [stream('a', many.map(event).join('\n'))], { threads: 0 });
    const csv = `${COLUMNS}\r\n${many.map((n) => record(n)).join('\r\n')}`;
    for (const input of [stream('a', csv), stream('a.csv', gzipSync(csv))]) {
      const found = await rows(t, [input], { threads });
      t.ok(JSON.stringify(found.rows, text) === JSON.stringify(expected.rows, text));
    }
    const tabs = [COLUMNS.replaceAll(',', '\t'), ...many.map((n) => record(n, '\t'))].join('\n');
    const found = await rows(t, [stream('a.tsv', tabs)], { threads });
    t.ok(JSON.stringify(found.rows, text) === JSON.stringify(expected.rows, text), 'TSV');
  });

  test(`columns, and an archive of several formats, ${threads} threads`, async (t) => {
    const expected = await rows(t, [stream('a', range(0, 40).map(event).join('\n'))], {
      threads: 0,
    });
    const text = range(0, 40)
      .map((n) => record(n))
      .join('\n');
    const named = await rows(t, [stream('a', text)], {
      threads,
      csv: { columns: COLUMNS.split(',') },
    });
    t.strictSame(named.rows, expected.rows);

    const path = join(t.testdir({}), 'export.zip');
    const archive = zipOf([
      { name: '3.ndjson', content: Buffer.from(range(30, 40).map(event).join('\n')) },
      {
        name: '1/a.csv',
        content: Buffer.from(
          `${COLUMNS}\n${range(0, 10)
            .map((n) => record(n))
            .join('\n')}`,
        ),
      },
      {
        name: '2.json.gz',
        content: gzipSync(`[${range(10, 30).map(event).join(',\n')}]`),
        method: 0,
      },
    ]);
    writeFileSync(path, archive);
    for (const input of [path, stream('export.zip', archive)]) {
      t.strictSame((await rows(t, [input], { threads })).rows, expected.rows);
    }
  });
}

test('rejects tell the same places inline and in threads', async (t) => {
  const lines = range(0, 3000).map((n) =>
    n % 100 === 7 ? `${record(n)},` : n % 100 === 50 ? record(n).replace('n', 'n"') : record(n),
  );
  const text = `\ufeff${COLUMNS},extra\n${lines.map((line) => `${line},x`).join('\n')}`;
  const [inline, threaded] = [
    await rows(t, [stream('a.csv', text)], { threads: 0 }),
    await rows(t, [stream('a.csv', text)], { threads: 2 }),
  ];
  t.strictSame(threaded.rejects, inline.rejects);
  t.strictSame(threaded.ignored, inline.ignored);
  t.equal(inline.rejects.length, 120);
  const bytes = Buffer.from(text);
  for (const { line, offset, raw } of inline.rejects) {
    t.equal(bytes.toString('utf8', offset, offset + Buffer.byteLength(raw)), raw);
    t.equal(bytes.toString('utf8', 0, offset).split('\n').length, line);
  }
});

test('damaged lines at every border of batches and blocks lose nothing else', async (t) => {
  // Batches are 256 KiB, blocks of threads 1 MiB: a line before, at and after each border is damaged.
  const count = 12_000;
  const good = range(0, count).map((n) => record(n));
  const damaged = new Set<number>();
  let size = 0;
  good.forEach((line, n) => {
    if (size >> 18 !== (size + line.length + 1) >> 18)
      for (const at of [n - 2, n, n + 2]) damaged.add(at);
    size += line.length + 1;
  });
  t.ok(damaged.size > 15);
  const kinds = ['"say \\"hi\\"",', '"', '5" disk,', '"never closed,'];
  const lines = good.map((line, n) =>
    damaged.has(n) ? kinds[n % kinds.length] + line.replaceAll('\n', ' ') : line,
  );
  const csv = `${COLUMNS}\n${lines.join('\n')}\n`;
  const ids = range(0, count)
    .filter((n) => !damaged.has(n))
    .map(id);
  const archive = zipOf([{ name: 'a.csv', content: Buffer.from(csv) }]);
  const places: unknown[] = [];
  for (const [name, bytes] of [
    ['a.csv', csv],
    ['a.csv.gz', gzipSync(csv)],
    ['a.zip', archive],
  ] as const) {
    for (const threads of [0, 2]) {
      const { rows: found, rejects } = await rows(t, [stream(name, bytes)], { threads });
      t.strictSame(
        (found as { insert_id: string }[]).map((row) => row.insert_id),
        ids,
        `${name}, ${threads} threads`,
      );
      t.equal(rejects.length, damaged.size);
      places.push(rejects.map(({ line, offset, code }) => [line, offset, code]));
    }
  }
  for (const each of places) t.strictSame(each, places[0]);
});

test('a header that does not fit ends the run', async (t) => {
  for (const threads of [0, 2]) {
    await t.rejects(rows(t, [stream('a.csv', 'x,y\n1,2\n')], { threads }), {
      code: 'E_INPUT_FORMAT',
      message: /a\.csv: the mapping uses none of its 2 columns/,
      hint: /--columns/,
    });
  }
});

/** For values that JSON has no form for. */
function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
