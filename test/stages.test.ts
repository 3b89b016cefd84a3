// Links of a pipeline that somebody composes: what they were told differs, or they are ended early.
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { test } from 'tap';
import { parseNdjson } from '../lib/parse/stage.ts';
import type { DayRowGroup } from '../lib/route/open-days.ts';
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
import { MemoryStore } from './store/memory-store.ts';
import { until } from './support/command.ts';
import { type EventParts, ndjson } from './support/events.ts';
import { NOTHING, remainsIn } from './support/folders.ts';
import { readDay } from './support/read-parquet.ts';
import { tempFolder } from './support/temp.ts';

type RowGroupOptions = NonNullable<Parameters<typeof rowGroups>[0]>;

/** Events become row groups, which go to a link of the test's own. */
async function compose(
  tally: Tally,
  last: NodeJS.WritableStream,
  options: RowGroupOptions = {},
  lines: readonly (EventParts | string)[] = [{ id: 1 }, { id: 2 }],
): Promise<void> {
  await pipeline([
    Readable.from([Buffer.from(ndjson(...lines))]),
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

test('days that are not looked at yet do not fail a run whose rejects forbid the commit', async (t) => {
  const tally = new Tally();
  const store = new MemoryStore();
  const { list } = store;
  let calls = 0;
  // The first looks take until all that does not wait for them is written.
  let others: Promise<void> | undefined;
  store.list = async (prefix) => {
    others ??= until('the other days', () => tally.rowsWritten >= 392);
    if (calls++ < 8) await others;
    return list.call(store, prefix);
  };
  const days = Array.from({ length: 400 }, (_, id) => ({ id, ts: Date.UTC(2023, 0, 1 + id) }));
  await compose(tally, deliver(store, { tally }), {}, [...days, 'no JSON']);
  t.match(tally.report(), { status: 'rejected', rowsWritten: 400, rowsRejected: 1 });
});

test('a delivery that is destroyed without an error leaves nothing either', async (t) => {
  const to = tempFolder(t);
  const groups: DayRowGroup[] = [];
  const tally = new Tally();
  await compose(
    tally,
    new Writable({
      objectMode: true,
      write(group: DayRowGroup, _encoding, done) {
        groups.push(group);
        done();
      },
    }),
  );
  const delivery = deliver(to, { tally });
  await new Promise((resolve) => delivery.write(groups[0], resolve));
  await until('the file', () => remainsIn(to).unfinished.length > 0);
  await t.rejects(finished(delivery.destroy()), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  t.strictSame(remainsIn(to), NOTHING);
});
