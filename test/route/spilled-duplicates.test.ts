// --dedupe past its memory: as exact as inside it, and its file leaves with the run.
import fc from 'fast-check';
import { test } from 'tap';
import { EventBatch } from '../../lib/batch/event-batch.ts';
import { Kernel } from '../../lib/batch/kernel.ts';
import { KeyTable } from '../../lib/batch/key-table.ts';
import { CODE_NAMES } from '../../lib/codes.ts';
import { Duplicates } from '../../lib/route/duplicates.ts';
import { SpillFile } from '../../lib/route/spill-file.ts';
import { testEnds } from '../support/ends.ts';
import { idWithHash, type Secrets, secretsOf, useHashSeed } from '../support/hash.ts';
import { eventWith, uuid, withHyphens } from '../support/ids.ts';
import { rounds } from '../support/rounds.ts';
import { useKernel } from '../support/run.ts';

interface Row {
  id: string;
  day: number;
}

interface Dropped {
  rows: boolean[][];
  /** Ids that were written to disk. */
  spilled: number;
  /** The most memory that was in use. */
  peak: number;
}

/** Rows through `Duplicates` in batches: which of them it drops. */
function dropped(batches: Row[][], memory: number): Dropped {
  const kernel = new Kernel();
  const batch = new EventBatch(kernel, new KeyTable(kernel));
  const duplicates = new Duplicates(memory);
  const { arena } = kernel;
  const before = arena.used;
  const alloc = arena.alloc.bind(arena);
  let peak = 0;
  arena.alloc = (bytes) => {
    const address = alloc(bytes);
    peak = Math.max(peak, arena.used - before);
    return address;
  };
  let spilled = 0;
  const rows = batches.map((rows) => {
    batch.clear();
    batch.set('rows', rows.length);
    rows.forEach(({ id, day }, row) => {
      const text = batch.get('text') + row * id.length;
      kernel.bytes.write(id, text, 'latin1');
      kernel.u8[batch.get('code') + row] = 0;
      kernel.i32[(batch.get('day') >>> 2) + row] = day;
      kernel.u32[(batch.get('scalarStart') >>> 2) + row] = text;
    });
    duplicates.drop(batch);
    spilled += batch.warnings[CODE_NAMES.indexOf('insert_id_spilled')] ?? 0;
    return [...batch.codes].map((code) => CODE_NAMES[code] === 'duplicate_insert_id');
  });
  arena.checkGuards();
  duplicates.close();
  return { rows, spilled, peak };
}

/** The same by a plain Set. */
function expected(batches: Row[][]): boolean[][] {
  const seen = new Set<string>();
  return batches.map((rows) =>
    rows.map(({ id, day }) => {
      const key = `${day}|${id.toLowerCase()}`;
      return seen.has(key) || !seen.add(key);
    }),
  );
}

for (const build of ['release', 'debug']) {
  test(`${build} kernel: as a Set has it, however little memory there is`, (t) => {
    useKernel(t, build);
    const row = fc
      .tuple(fc.nat(700), fc.integer({ min: -1, max: 1 }), fc.boolean())
      .map(([n, day, isUpper]): Row => {
        const id = uuid(n);
        return { id: isUpper ? id.toUpperCase() : id, day };
      });
    const batches = fc.array(fc.array(row, { maxLength: 600, size: 'max' }), { maxLength: 6 });
    // From a table of two places, a bit more of which the filter has, to one that holds what there is.
    const memory = fc.integer({ min: 32 << 10, max: 200 << 10 });
    let most = 0;
    fc.assert(
      fc.property(batches, memory, (given, bytes) => {
        const { rows, spilled, peak } = dropped(given, bytes);
        t.ok(peak <= bytes + (10 << 10), `${peak} bytes of ${bytes}`);
        most = Math.max(most, spilled);
        t.strictSame(rows, expected(given));
      }),
      { numRuns: rounds(12) },
    );
    t.ok(most > 1000, `as many as ${most} ids were spilled`);
    t.end();
  });

  test(`${build} kernel: ids that all belong at one place are found behind it`, (t) => {
    useKernel(t, build);
    // Two runs, in each of which they stand in one piece, across the end of their table.
    useHashSeed(t, 'colliding');
    const many = colliding(400, secretsOf('colliding')).map((id) => ({ id, day: 0 }));
    const others = Array.from({ length: 50 }, (_, n) => ({ id: uuid(n), day: 0 }));
    const given = [many.slice(0, 320), others, many, others];
    const { rows, spilled } = dropped(given, 2 << 20);
    t.ok(spilled >= 2 * 153, 'three quarters of 204 places, twice');
    t.strictSame(rows, expected(given));
    t.end();
  });
}

/** Ids whose hashes on day 0 are near the end of table 0. */
function colliding(count: number, secrets: Secrets): string[] {
  const ids: string[] = [];
  for (let n = 0n; ids.length < count; n++) {
    const id = idWithHash((n << 32n) | 0xfff0_0000n, secrets);
    if (id !== undefined) ids.push(withHyphens(id.toString(16).padStart(32, '0')));
  }
  return ids;
}

test('the memory is kept to also while tables grow', (t) => {
  const all = Array.from({ length: 120_000 }, (_, n) => ({ id: uuid((n * n) % 90_001), day: 0 }));
  const given = Array.from({ length: 12 }, (_, n) => all.slice(n * 10_000, (n + 1) * 10_000));
  const rows = expected(given);
  for (const memory of [1 << 20, 1_300_000, 2_900_000]) {
    const result = dropped(given, memory);
    t.strictSame(result.rows, rows);
    t.ok(result.spilled > 20_000, `${result.spilled} spilled`);
    t.ok(result.peak <= memory + (10 << 10), `${result.peak} bytes of ${memory}`);
  }
  t.end();
});

testEnds({
  written: 60_000,
  *chunks() {
    for (let n = 0; n < 60_000; n += 5000) {
      const lines = Array.from({ length: 5000 }, (_, k) => eventWith(uuid(n + k), 1, 'k'));
      yield Buffer.from(lines.join(''));
    }
  },
  options: { dedupe: true, dedupeMemory: 1 << 20 },
  threads: [0, 1],
});

test('a file that lost its end is not taken for one without the id', (t) => {
  const file = new SpillFile({ code: 'E_DEDUPE_SPILL', what: 'dedupe', hint: '' });
  const bytes = new Uint8Array(100).fill(7);
  file.write(bytes, 10, 50, 1000);
  const back = new Uint8Array(100);
  file.read(back, 20, 50, 1000);
  t.strictSame([...back], [...Array(20).fill(0), ...Array(50).fill(7), ...Array(30).fill(0)]);
  t.throws(() => file.read(back, 0, 51, 1000), {
    code: 'E_DEDUPE_SPILL',
    message: /^dedupe: expected to read a temporary file in .*, got it is shorter than/,
  });
  file.close();
  file.close();
  t.end();
});
