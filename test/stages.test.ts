// Links of a pipeline that somebody composes: what they were told differs, or they are ended early.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'tap';
import { parseNdjson } from '../lib/parse/stage.ts';
import {
  deliver,
  identifiersJson,
  limits,
  lowercaseKeys,
  metricValue,
  route,
  rowGroups,
  truncateTimestamps,
  validate,
} from '../lib/stages.ts';
import { Tally } from '../lib/tally.ts';
import { ndjson } from './support/events.ts';
import { remainsIn } from './support/folders.ts';
import { readDay } from './support/read-parquet.ts';
import { tempFolder } from './support/temp.ts';

type RowGroupOptions = NonNullable<Parameters<typeof rowGroups>[0]>;

/** Events become row groups, which go to a link of the test's own. */
async function compose(
  tally: Tally,
  last: NodeJS.WritableStream,
  options: RowGroupOptions = {},
): Promise<void> {
  await pipeline([
    Readable.from([Buffer.from(ndjson({ id: 1 }, { id: 2 }))]),
    parseNdjson({ tally }),
    validate(),
    lowercaseKeys(),
    truncateTimestamps(),
    metricValue(),
    limits(),
    ...(options.identifiers === 'json' ? [identifiersJson()] : []),
    route({ tally }),
    rowGroups(options),
    last,
  ]);
}

test('a file tells the codec that its pages have', async (t) => {
  const to = tempFolder(t);
  const tally = new Tally();
  await compose(tally, deliver(to, { tally }), { compression: 'gzip' });
  t.equal(tally.report().status, 'committed');
  t.equal((await readDay(join(to, 'dt=2023-01-01'))).length, 2);
});

test('row groups with other identifiers than the file has are not delivered', async (t) => {
  for (const [rows, file] of [
    ['json', 'map'],
    ['map', 'json'],
  ] as const) {
    const to = tempFolder(t);
    const tally = new Tally();
    await t.rejects(
      compose(tally, deliver(to, { tally, parquet: { identifiers: file } }), { identifiers: rows }),
      { code: 'E_USAGE', message: `expected row groups with identifiers as ${file}, got ${rows}` },
    );
    t.strictSame(remainsIn(to).success, []);
  }
});
