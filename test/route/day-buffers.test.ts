// Rows that wait for their row group: what comes back is what was put there, by day and in order.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { test } from 'tap';
import { type EventBatch, MAP_COLUMNS } from '../../lib/batch/event-batch.ts';
import { recordStages } from '../../lib/record/stages.ts';
import { routeByDay } from '../../lib/route/by-day.ts';
import { DayBuffers } from '../../lib/route/day-buffers.ts';
import { SpillFile } from '../../lib/route/spill-file.ts';
import { BUILDS, makeParser, metricOf, timeOf } from '../support/batch.ts';
import { openFiles } from '../support/open-files.ts';
import { rounds } from '../support/rounds.ts';
import { eventOf } from '../support/write-parquet.ts';

const FIRST_DAY = 19_358;

interface Spec {
  day: number;
  /** Bytes of its longest value. */
  size: number;
  /** Keys that no other event has. */
  ownKeys: number;
  metric: number;
}

const lineOf = ({ day, size, ownKeys, metric }: Spec, n: number): string =>
  eventOf({
    ts: 1_672_531_200_123 + day * 86_400_000 + n,
    metric_value: metric,
    event_properties: {
      text: `${n} ${'é'.repeat(size >> 1)}`,
      ...Object.fromEntries(Array.from({ length: ownKeys }, (_, k) => [`k${n}_${k}`, k])),
    },
    user_properties: n % 3 === 0 ? {} : { grade: n % 2 === 0 },
  });

/** All that a column is made of. */
function rowOf(batch: EventBatch, row: number, identifiers: 'map' | 'json'): object {
  return {
    id: batch.scalar(row, 'insert_id').text,
    key: batch.scalar(row, 'event_key').text,
    time: timeOf(batch, row),
    metric: metricOf(batch, row),
    maps: MAP_COLUMNS.map((map) => batch.entries(row, map).map(({ key, text }) => [key, text])),
    json: identifiers === 'json' ? jsonOf(batch, row) : '',
  };
}

function jsonOf(batch: EventBatch, row: number): string {
  const { kernel } = batch;
  const at = kernel.constant('IDENTIFIERS_JSON') * batch.get('rowCap') + row;
  const start = kernel.u32[(batch.get('scalarStart') >>> 2) + at] as number;
  return kernel.text(start, kernel.u32[(batch.get('scalarLen') >>> 2) + at] as number);
}

/** A file that takes so many bytes and no more. */
class FullFile extends SpillFile {
  readonly #most: number;

  constructor(most: number) {
    super({ code: 'E_DAYS_SPILL', what: 'a test', hint: '' });
    this.#most = most;
  }

  override write(memory: Uint8Array, address: number, length: number, position: number): void {
    const isFull = position + length > this.#most;
    super.write(memory, isFull ? memory.length : address, length, position); // out of range
  }
}

interface Given {
  specs: readonly Spec[];
  memory: number;
  identifiers: 'map' | 'json';
  /** Bytes that the file takes. */
  most: number;
}

interface Buffered {
  /** Rows by day, as they were put there. */
  put: Map<number, object[]>;
  /** As they came back. */
  back: Map<number, object[]>;
  /** Rows that were not taken. */
  left: number;
  onFile: number;
}

function buffered(debug: boolean, { specs, memory, identifiers, most }: Given): Buffered {
  const { parser, kernel } = makeParser({ debug });
  const buffers = new DayBuffers(kernel, {
    memory,
    withJson: identifiers === 'json',
    file: new FullFile(most),
  });
  const put = new Map<number, object[]>();
  const back = new Map<number, object[]>();
  const note = (rows: Map<number, object[]>, day: number, row: object): void => {
    const some = rows.get(day);
    if (some === undefined) rows.set(day, [row]);
    else some.push(row);
  };
  const take = (day: number): void => {
    for (const batch of buffers.take(day)) {
      for (let row = 0; row < batch.rows; row++) note(back, day, rowOf(batch, row, identifiers));
    }
    if (buffers.has(day)) throw new Error('rows are left');
  };
  let left = 0;
  let onFile = 0;
  const each = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      recordStages(batch, {
        insertId: 'uuid',
        limits: 'off',
        identifiers,
        unit: 'auto',
        timeZone: undefined,
      });
      const days = routeByDay(batch);
      const end = days.reduce((sum, { count }) => sum + count, 0);
      const stop = left > 0 ? 0 : buffers.add(batch, 0, end, () => onFile++);
      left += end - stop;
      for (const { day, first, count } of days) {
        for (let at = first; at < Math.min(first + count, stop); at++) {
          const row = kernel.u32[(batch.get('order') >>> 2) + at] as number;
          note(put, day, rowOf(batch, row, identifiers));
        }
      }
      batch.release();
      if (buffers.hasManyNames) {
        for (const day of buffers.days) take(day);
        buffers.forgetNames();
      }
    }
  };
  const lines = specs.map(lineOf);
  parser.begin('test');
  // In several batches, which may have other tables of keys.
  for (let at = 0; at < lines.length; at += 100) {
    each(
      parser.push(
        Buffer.from(
          lines
            .slice(at, at + 100)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      ),
    );
  }
  each(parser.end());
  for (const day of buffers.days) take(day);
  kernel.arena.checkGuards();
  buffers.close();
  parser.destroy();
  if (kernel.arena.used > 0) throw new Error(`${kernel.arena.used} bytes are left`);
  return { put, back, left, onFile };
}

const spec = (size: fc.Arbitrary<number>): fc.Arbitrary<Spec> =>
  fc.record({
    // Some before 1970.
    day: fc.oneof(fc.nat(40), fc.integer({ min: -19_400, max: -19_330 })),
    size,
    ownKeys: fc.constant(0),
    metric: fc.integer(),
  });
const MIB = 1 << 20;

for (const { build, debug } of BUILDS) {
  test(`${build} kernel: rows come back as they were`, (t) => {
    const sizes = fc.oneof(
      { weight: 30, arbitrary: fc.nat(300) },
      { weight: 3, arbitrary: fc.nat(40_000) },
      { weight: 1, arbitrary: fc.constantFrom(65_532, 65_533, 65_535, 65_540, 300_000) },
    );
    let spilled = 0;
    fc.assert(
      fc.property(
        fc.array(spec(sizes), { maxLength: 400, size: 'max' }),
        fc.constantFrom(1000, 100_000, 8 * MIB),
        fc.constantFrom('map' as const, 'json' as const),
        (specs, memory, identifiers) => {
          const result = buffered(debug, { specs, memory, identifiers, most: 1000 * MIB });
          t.equal(result.left, 0);
          t.strictSame(result.back, result.put);
          spilled += result.onFile;
        },
      ),
      { numRuns: rounds(8) },
    );
    t.ok(spilled > 20, `${spilled} times rows went to the file`);
    t.end();
  });

  test(`${build} kernel: what was made for a large row holds no more rows than a batch`, (t) => {
    const specs = Array.from({ length: 22_000 }, (_, n) => ({
      day: 0,
      size: n === 9 ? 8_000_000 : 0,
      ownKeys: 0,
      metric: n,
    }));
    for (const memory of [MIB, 100 * MIB]) {
      const { put, back } = buffered(debug, {
        specs,
        memory,
        identifiers: 'map',
        most: MIB << 10,
      });
      t.equal(put.get(FIRST_DAY)?.length, specs.length);
      t.ok(isDeepStrictEqual(back, put), `with ${memory} bytes`);
    }
    t.end();
  });

  test(`${build} kernel: a file that is full loses nothing`, (t) => {
    const specs = Array.from({ length: 3000 }, (_, n) => ({
      day: n % 30,
      size: 1000,
      ownKeys: 0,
      metric: n,
    }));
    for (const most of [0, 200_000, 1_000_000]) {
      const { put, back, left } = buffered(debug, { specs, memory: MIB, identifiers: 'map', most });
      t.strictSame(back, put);
      const rows = [...put.values()].reduce((sum, { length }) => sum + length, 0);
      t.equal(rows + left, specs.length);
      t.ok(left > 0 && rows > 500, `${rows} rows were taken, ${left} not`);
    }
    t.end();
  });
}

test('names that no other event has do not pile up', (t) => {
  const specs = Array.from({ length: 3000 }, (_, n) => ({
    day: n % 20,
    size: 10,
    ownKeys: 60,
    metric: n,
  }));
  const { put, back } = buffered(false, {
    specs,
    memory: MIB,
    identifiers: 'map',
    most: MIB << 10,
  });
  t.strictSame(back.size, 20);
  for (const [day, rows] of put) t.strictSame(back.get(day), rows);
  t.ok(put.has(FIRST_DAY));
  t.end();
});

test('the file is gone when the buffers are closed', (t) => {
  const before = openFiles();
  const specs = Array.from({ length: 2000 }, (_, n) => ({
    day: n % 7,
    size: 500,
    ownKeys: 0,
    metric: 0,
  }));
  const { onFile } = buffered(false, { specs, memory: MIB, identifiers: 'map', most: MIB << 10 });
  t.ok(onFile > 0);
  t.strictSame(openFiles(), before);
  t.end();
});
