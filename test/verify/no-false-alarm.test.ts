// What the program writes has no faults, whatever the options: values are read too.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { Compression } from '../../lib/parquet/options.ts';
import { verify } from '../../lib/verify/verify.ts';
import { type EventParts, eventsOfDays, ndjson } from '../support/events.ts';
import { faultsIn } from '../support/faults.ts';
import { tempFolder } from '../support/temp.ts';

const HAS_ZSTD = 'zstdCompressSync' in zlib;
const CODECS: readonly Compression[] = [
  'snappy',
  'gzip',
  'none',
  ...(HAS_ZSTD ? (['zstd'] as const) : []),
];

/** Events with empty maps, long texts, Hangul, numbers at the ends of their range. */
const MIXED = ndjson(
  ...Array.from({ length: 3000 }, (_, id): EventParts => {
    const ts = Date.UTC(2023, 0, 1 + (id % 2), 0, 0, 0, (id * 28_799) % 86_400_000);
    const properties =
      id % 4 === 0 ? {} : { text: '글 '.repeat(id % 300), [`Key${id % 30}`]: id, empty: '' };
    const metric = ['999999999999999999.999999', '-999999999999999999.999999', id / 7][
      id % 3
    ] as number;
    return { id, ts, metric, properties, key: `event ${id % 11}` };
  }),
);

async function written(
  t: { teardown(handler: () => unknown): unknown },
  text: string,
  options: Partial<ConvertOptions>,
): Promise<string> {
  const folder = tempFolder(t);
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, text);
  const to = join(folder, 'out');
  await convert({ threads: 0, ...options, inputs: [file], to });
  return to;
}

for (const compression of CODECS) {
  for (const identifiers of ['map', 'json'] as const) {
    for (const rowGroupSize of [1, 50_000, undefined]) {
      const options = {
        compression,
        identifiers,
        ...(rowGroupSize && { rowGroupSize, fileSize: 100_000 }),
      };
      test(JSON.stringify(options), async (t) => {
        t.strictSame(await faultsIn(await written(t, MIXED, options)), []);
      });
    }
  }
}

test('a single event, and days with _SUCCESS alone', async (t) => {
  t.strictSame(await faultsIn(await written(t, ndjson({ id: 1 }), {})), []);
  const days = { from: '2023-01-01', until: '2023-01-03', allowEmpty: true };
  const to = await written(t, eventsOfDays(100, 1), days);
  t.match(await verify(to, { from: days.from, until: days.until }), {
    ok: true,
    days: [
      { verdict: 'sound' },
      { verdict: 'odd', findings: [{ code: 'day_empty' }] },
      { verdict: 'odd' },
    ],
  });
});

test('ids that are no UUIDs are odd', async (t) => {
  const lines = ['a', 'b', '한'].map((id) =>
    JSON.stringify({ ...JSON.parse(ndjson({ id: 1 })), insert_id: id }),
  );
  const to = await written(t, lines.join('\n'), { insertId: 'any' });
  t.match(await verify(to, { deep: true }), {
    ok: true,
    days: [{ verdict: 'odd', findings: [{ code: 'id_not_uuid', column: 'insert_id' }] }],
  });
});

test('ids that find no room in memory are compared on disk', async (t) => {
  const events = 60_000;
  const lines = Array.from({ length: events }, (_, id): EventParts => ({ id }));
  const text = ndjson(...lines, { id: 7 }, { id: events - 1 });
  const to = await written(t, text, {});
  const report = await verify(to, { deep: true, dedupeMemory: 1 << 20 });
  t.match(report, { ok: false, deep: { events: events + 2 } });
  t.strictSame(
    report.days[0]?.findings.map(({ code, row }) => [code, row]),
    [['duplicate_id', events]],
  );
  t.match(report.days[0]?.findings[0]?.message, /^2 events of a page have an insert_id/);
});
