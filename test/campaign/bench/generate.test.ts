// The benchmarks' input: the same bytes every time, complete events, equal in every format.
import { readFileSync, rmSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type Test, test } from 'tap';
import { tempFolder } from '../../support/temp.ts';

type Event = Record<string, unknown>;

/** The generator, with a data folder of the test's own. */
async function modules(t: Test): Promise<{
  generate: typeof import('../../../bench/generate.ts').generate;
  convertTo: typeof import('../../../bench/formats.ts').convertTo;
}> {
  process.env.HACKLE_BENCH_DATA ??= tempFolder(t);
  const { generate } = await import('../../../bench/generate.ts');
  const { convertTo } = await import('../../../bench/formats.ts');
  return { generate, convertTo };
}

function lines(file: string): Event[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
}

test('generated events', async (t) => {
  const { generate, convertTo } = await modules(t);

  await t.test('have the size, days and keys asked for', (t) => {
    const data = generate({ size: 200_000, days: 5, interleaved: true });
    const events = lines(data.file);
    t.equal(events.length, data.events);
    t.ok(data.bytes <= 200_000 && data.bytes > 190_000, 'fills the size');
    t.equal(new Set(events.map(({ insert_id }) => insert_id)).size, events.length);
    t.equal(new Set(events.map(({ ts }) => String(ts).slice(0, 10))).size, 5);
    t.match(events[0], {
      identifiers: { id: String, device_id: String },
      platform_properties: Object,
    });
    t.end();
  });

  await t.test('are the same for the same parameters, others for another seed', (t) => {
    const write = (seed: number): string => {
      const { file } = generate({ size: 100_000, days: 2, seed });
      const text = readFileSync(file, 'utf8');
      rmSync(file);
      return text;
    };
    const first = write(3);
    t.ok(first === write(3), 'same bytes');
    t.not(first.slice(0, 200), write(4).slice(0, 200));
    t.end();
  });

  for (const eventSize of [280, 2_000, 20_000]) {
    await t.test(`of about ${eventSize} bytes`, (t) => {
      const data = generate({ size: 400_000, days: 1, eventSize });
      const mean = data.bytes / data.events;
      t.ok(Math.abs(mean - eventSize) < 0.1 * eventSize, `${mean} bytes`);
      t.end();
    });
  }

  await t.test('stop at a count', (t) => {
    t.equal(generate({ size: 400_000, days: 1, events: 7 }).events, 7);
    t.end();
  });

  await t.test('are equal in every format', async (t) => {
    const data = generate({ size: 100_000, days: 2 });
    const expected = lines(data.file);
    const array = await convertTo('json', data, process.execPath);
    t.strictSame(JSON.parse(readFileSync(array.file, 'utf8')), expected);

    const csv = await convertTo('csv', data, process.execPath);
    const records = parse(readFileSync(csv.file), { columns: true }) as Record<string, string>[];
    t.strictSame(
      records.map(({ insert_id, event_key, ts, ...json }) => ({
        insert_id,
        event_key,
        ts,
        ...Object.fromEntries(
          Object.entries(json).map(([name, cell]) => [name, JSON.parse(cell) as unknown]),
        ),
      })),
      expected,
    );

    const gzip = await convertTo('ndjson.gz', data, process.execPath);
    t.strictSame(gunzipSync(readFileSync(gzip.file)), readFileSync(data.file));
    t.equal(gzip.bytes, data.bytes, 'bytes are those before compression');
  });
});
