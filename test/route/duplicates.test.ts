// --dedupe: of events with one insert_id on a day the first is written, exactly.
import { Readable } from 'node:stream';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { Report } from '../../lib/report.ts';
import { eventWith as event, uuid } from '../support/ids.ts';
import { readOutput } from '../support/read-parquet.ts';
import { useKernel } from '../support/run.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

function* chunksOf(lines: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < 1 << 20) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

async function run(
  t: Cleaner,
  lines: Iterable<string>,
  options: Partial<ConvertOptions> = {},
): Promise<{ report: Report; to: string }> {
  const to = tempFolder(t);
  const stream = Readable.from(chunksOf(lines), { objectMode: true });
  const inputs = [{ name: 'events', stream }];
  const report = await convert({ dedupe: true, threads: 0, ...options, inputs, to });
  return { report, to };
}

for (const build of ['release', 'debug']) {
  test(`${build} kernel: the first of each id and day stays, as a Set has it`, async (t) => {
    useKernel(t, build);
    const expected = new Map<string, Set<string>>();
    const keys = new Map<string, string[]>();
    const keysOf = (name: string): string[] => {
      const list = keys.get(name) ?? [];
      keys.set(name, list);
      return list;
    };
    const lines: string[] = [];
    for (let n = 0; n < 60_000; n++) {
      // Every third id comes again; ids beside each other, in either case, on several days.
      const id = uuid(n % 3 ? n : (n * 7919) % 20_000);
      const day = 1 + ((n * 31) % 4);
      const key = `k${n}`;
      lines.push(event(n % 5 ? id : id.toUpperCase(), day, key));
      const name = `2023-01-0${day}`;
      const seen = expected.get(name) ?? new Set();
      expected.set(name, seen);
      if (seen.has(id)) continue;
      seen.add(id);
      keysOf(name).push(key);
    }
    const { report, to } = await run(t, lines);
    const written = [...keys.values()].reduce((sum, list) => sum + list.length, 0);
    t.ok(written < 59_000, 'there are duplicates');
    t.match(report, {
      rowsIn: 60_000,
      rowsWritten: written,
      rowsFiltered: 60_000 - written,
      filtered: { duplicate_insert_id: 60_000 - written },
    });
    for (const [day, rows] of await readOutput(to)) {
      t.strictSame(
        rows.map(({ event_key }) => event_key),
        keys.get(day),
        day,
      );
    }
  });
}

test('with a thread it is the same', async (t) => {
  const lines = Array.from({ length: 30_000 }, (_, n) => event(uuid(n % 25_000), 1, `k${n}`));
  for (const threads of [0, 1, 3]) {
    const { report } = await run(t, lines, { threads });
    t.match(report, { rowsWritten: 25_000, rowsFiltered: 5000 }, `${threads} threads`);
  }
});

test('the nil UUID is an id like any other; rejected and unwanted events do not count', async (t) => {
  const nil = '00000000-0000-0000-0000-000000000000';
  const { report } = await run(
    t,
    [
      event(nil, 1, ''),
      event(nil, 2, 'other day'),
      event(nil, 1, 'first'),
      event(nil, 1, 'second'),
      event(nil.replaceAll('0', 'f'), 1, 'x'),
    ],
    { until: '2023-01-01', maxRejects: 1 },
  );
  t.match(report, { rowsIn: 5, rowsWritten: 2, rowsFiltered: 2, rowsRejected: 1 });
  t.strictSame(report.filtered, { excluded_by_days: 1, duplicate_insert_id: 1 });
});

test('inside its memory nothing goes to disk', async (t) => {
  function* lines(count: number): Generator<string> {
    for (let n = 0; n < count; n++) yield event(uuid(n), 1, 'k');
  }
  const fits = await run(t, lines(130_000), { dedupeMemory: 8 << 20 });
  t.match(fits.report, { rowsWritten: 130_000 }, 'as many as are promised of each MiB');
  t.strictSame(fits.report.warnings, {});
});

test('less memory than makes sense is refused', async (t) => {
  for (const dedupeMemory of [0, 2 ** 20 - 1, Number.NaN]) {
    await t.rejects(run(t, [], { dedupeMemory }), {
      code: 'E_USAGE',
      message: `dedupeMemory: expected a whole number of bytes, at least 1048576 (1MiB), got ${dedupeMemory}`,
    });
  }
});

test('ids that are no UUIDs cannot be compared', (t) =>
  t.rejects(run(t, [], { insertId: 'any' }), { code: 'E_USAGE', message: /^dedupe:/ }));
