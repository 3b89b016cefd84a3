// Suites that need more than npm. They say by name what they skip; the last line has the totals.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { convert } from '../../lib/index.ts';
import { readOutput } from '../support/read-parquet.ts';
import { s3Rgw } from './s3-rgw.ts';

let passed = 0;
let failed = 0;

async function suite(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    passed++;
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}:`, error);
  }
}

await suite('DuckDB reads the real Wikipedia edits of the sample, every row', async () => {
  const to = mkdtempSync(path.join(tmpdir(), 'hackle-import-'));
  const report = await convert({
    inputs: ['samples/wikipedia.ndjson.gz'],
    mapping: 'samples/wikipedia.mapping.json',
    to,
  });
  const rows = (await readOutput(to)).get('2015-09-12')?.length;
  rmSync(to, { recursive: true });
  if (rows !== 2000 || report.rowsIn !== 2000) throw new Error(`expected 2000 rows, got ${rows}`);
});
const mebibytes = Number(process.env.INTEROP_MIB ?? 100);
await suite(`Ceph's S3 server, as a user with exactly the vendor's policy, ${mebibytes} MiB`, async () => {
  const skipped = await s3Rgw(mebibytes);
  if (skipped !== undefined) console.log(`skipped: ${skipped}`);
});
console.log('skipped Apache Spark: this suite does not set it up yet');
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
