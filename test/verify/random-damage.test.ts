// Bytes changed at random: `verify` never fails, hangs or reads past its memory; and what it calls sound, DuckDB reads,
// with as many rows.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { verify } from '../../lib/verify/verify.ts';
import { duckdb } from '../support/read-parquet.ts';
import { rounds, SEED } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { DAY, fileOf, partName, writeDay } from './days.ts';

for (const [kernel, count] of [
  ['release', 60],
  ['debug', 20],
] as const) {
  for (const compression of ['snappy', 'none'] as const) {
    test(`${kernel} kernel, ${compression}`, async (t) => {
      const before = process.env.HACKLE_IMPORT_KERNEL;
      process.env.HACKLE_IMPORT_KERNEL = kernel;
      t.teardown(() => {
        if (before === undefined) delete process.env.HACKLE_IMPORT_KERNEL;
        else process.env.HACKLE_IMPORT_KERNEL = before;
      });
      const to = tempFolder(t);
      const bytes = fileOf(DAY, 0, { compression });
      writeDay(to, DAY, [bytes]);
      const file = join(to, `dt=${DAY}`, partName(0));
      const damage = fc.record({
        at: fc.nat(bytes.length - 1),
        bits: fc.integer({ min: 1, max: 255 }),
        length: fc.oneof(fc.constant(1), fc.nat(40)),
      });
      const found = { footers: 0, deep: 0, all: 0 };
      for (const { at, bits, length } of fc.sample(damage, {
        numRuns: rounds(count),
        seed: SEED,
      })) {
        const damaged = Buffer.from(bytes);
        for (let n = at; n < Math.min(bytes.length, at + Math.max(1, length)); n++) {
          damaged[n] = (damaged[n] as number) ^ bits;
        }
        writeFileSync(file, damaged);
        const shallow = await verify(to);
        const deep = await verify(to, { deep: true });
        found.all++;
        if (!shallow.ok) found.footers++;
        if (!deep.ok) found.deep++;
        else {
          const sql = `select count(columns(*)) from read_parquet('${file}', hive_partitioning = false)`;
          const rows = await (await duckdb()).runAndReadAll(sql);
          t.equal(Number(rows.getRows()[0]?.[0]), 400, `bits ${bits} at ${at}, ${length} bytes`);
        }
      }
      t.comment(JSON.stringify(found));
      t.ok(found.deep > found.all / 2, 'most are found');
    });
  }
}
