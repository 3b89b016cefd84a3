import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { runConvert } from '../support/run-convert.ts';

const sample = (name: string): string =>
  fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));

test('samples/transform.js does what it says', async (t) => {
  const source = readFileSync(sample('events.ndjson'));
  const { counts, rows } = await runConvert(t, [source], { transform: sample('transform.js') });
  const events = source
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const kept = events.filter((e) => !e.platform_properties.versionname?.endsWith('-DEBUG'));
  const purchases = kept.filter((e) => e.event_key === 'purchase');
  t.strictSame(counts, {
    status: 'committed',
    rowsIn: events.length + purchases.length,
    rowsWritten: kept.length + purchases.length,
    rowsRejected: 0,
    rowsFiltered: events.length - kept.length,
  });
  const written = rows.flatMap(([, list]) => list);
  const count = (key: string): number => written.filter((row) => row.event_key === key).length;
  t.equal(count('converted'), purchases.length);
  t.equal(count('push_opened'), kept.filter((e) => e.event_key === 'push_open').length);
  t.equal(new Set(written.map((row) => row.insert_id)).size, written.length, 'ids are unique');
});
