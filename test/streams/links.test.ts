// Links of a pipeline that users compose: with contradictory options, in another order, or ended early.
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { test } from 'tap';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import type { RejectRecord } from '../../lib/report.ts';
import type { DayRowGroup } from '../../lib/route/open-days.ts';
import { RunCounters } from '../../lib/run-counters.ts';
import { deliver } from '../../lib/streams/deliver.ts';
import { parseNdjson } from '../../lib/streams/parse.ts';
import {
  identifiersJson,
  limits,
  lowercaseKeys,
  metricValue,
  truncateTimestamps,
  validate,
  where,
} from '../../lib/streams/record.ts';
import { route } from '../../lib/streams/route.ts';
import { rowGroups } from '../../lib/streams/row-groups.ts';
import { map } from '../../lib/streams/transform.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { until } from '../support/command.ts';
import { type EventParts, ndjson } from '../support/events.ts';
import { NOTHING, remainsIn } from '../support/folders.ts';
import { readDay } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

type RowGroupOptions = NonNullable<Parameters<typeof rowGroups>[0]>;

/** Passes the row groups of events to a link of the test. */
async function compose(
  counters: RunCounters,
  last: NodeJS.WritableStream,
  options: RowGroupOptions = {},
  lines: readonly (EventParts | string)[] = [{ id: 1 }, { id: 2 }],
): Promise<void> {
  await pipeline([
    Readable.from([Buffer.from(ndjson(...lines))]),
    parseNdjson({ counters }),
    validate(),
    lowercaseKeys(),
    truncateTimestamps(),
    metricValue(),
    limits(),
    ...(options.identifiers === 'json' ? [identifiersJson()] : []),
    route({ counters }),
    rowGroups(options),
    last,
  ]);
}

test('a file names the codec of its pages', async (t) => {
  const to = tempFolder(t);
  const counters = new RunCounters();
  await compose(counters, deliver(to, { counters }), { compression: 'gzip' });
  t.equal(counters.report().status, 'committed');
  t.equal((await readDay(join(to, 'dt=2023-01-01'))).length, 2);
});

test('row groups whose identifiers differ from those of the file are not delivered', async (t) => {
  for (const [rows, file] of [
    ['json', 'map'],
    ['map', 'json'],
  ] as const) {
    const to = tempFolder(t);
    const counters = new RunCounters();
    await t.rejects(
      compose(counters, deliver(to, { counters, parquet: { identifiers: file } }), {
        identifiers: rows,
      }),
      { code: 'E_USAGE', message: `expected row groups with identifiers as ${file}, got ${rows}` },
    );
    t.strictSame(remainsIn(to).success, []);
  }
});

test('a missing link is reported, and nothing is committed', async (t) => {
  const links = { lowercaseKeys, truncateTimestamps, metricValue, identifiersJson };
  const identifiers = 'json';
  for (const missing of Object.keys(links)) {
    const to = tempFolder(t);
    const counters = new RunCounters();
    const composed = pipeline([
      Readable.from([Buffer.from(ndjson({ id: 1 }))]),
      parseNdjson({ counters }),
      ...Object.entries(links).flatMap(([name, link]) => (name === missing ? [] : [link()])),
      route({ counters }),
      rowGroups({ identifiers }),
      deliver(to, { counters, parquet: { identifiers } }),
    ]);
    const message = new RegExp(`: expected ${missing}\\(\\) before it`);
    await t.rejects(composed, { code: 'E_USAGE', message });
    t.strictSame(remainsIn(to), NOTHING);
  }
});

/** Batches of several sources, each with its own parser, one source after another or in turns. */
async function* parsed(counters: RunCounters, inTurns: boolean): AsyncGenerator<EventBatch> {
  const parsers = ['a', 'b'].map((source, index) => {
    const ids = [1, 2, 3].map((n) => n + 10 * index);
    const lines = ids.map((id) => ({
      id,
      key: `${source}${id}`,
      properties: { [`in${source}`]: id },
    }));
    // One batch of each source, and one with a reject.
    const chunks = [...lines.map((line) => ndjson(line)), `${source} is no JSON\n`];
    return chunks.map((chunk) => Readable.from([chunk]).pipe(parseNdjson({ source, counters })));
  });
  const [a = [], b = []] = parsers;
  const all = inTurns ? a.flatMap((parser, index) => [parser, b[index]]) : [...a, ...b];
  for (const parser of all) yield* parser as AsyncIterable<EventBatch>;
}

test('sources may have a parser each', async (t) => {
  for (const inTurns of [false, true]) {
    const to = tempFolder(t);
    const counters = new RunCounters();
    const rejects: RejectRecord[] = [];
    await pipeline([
      Readable.from(parsed(counters, inTurns)),
      where('!*2'),
      map((event) => event),
      validate(),
      lowercaseKeys(),
      truncateTimestamps(),
      metricValue(),
      limits(),
      route({ counters, onReject: (reject) => void rejects.push(reject) }),
      rowGroups(),
      deliver(to, { counters, maxRejects: 2 }),
    ]);
    const rows = await readDay(join(to, 'dt=2023-01-01'));
    t.strictSame(
      rows.map(({ event_key, event_properties }) => [event_key, event_properties]).sort(),
      ['a1', 'a3', 'b11', 'b13'].map((key) => [key, [[`in${key[0]}`, key.slice(1)]]]),
    );
    t.match(counters.report(), { status: 'committed', rowsIn: 8, rowsWritten: 4, rowsFiltered: 2 });
    t.strictSame(rejects.map(({ source, raw }) => [source, raw]).sort(), [
      ['a', 'a is no JSON'],
      ['b', 'b is no JSON'],
    ]);
  }
});

test('duplicates are detected among the events of one parser', async (t) => {
  const counters = new RunCounters();
  const routed = pipeline([
    Readable.from(parsed(counters, false)),
    validate(),
    lowercaseKeys(),
    truncateTimestamps(),
    route({ counters, dedupe: 1 << 20 }),
    new Writable({ objectMode: true, write: (_batch, _encoding, done) => done() }),
  ]);
  await t.rejects(routed, { code: 'E_USAGE', message: /of one parser/ });
});

test('days that are not checked yet do not fail a run whose rejects prevent the commit', async (t) => {
  const counters = new RunCounters();
  const store = new MemoryStore();
  const list = store.list.bind(store);
  let calls = 0;
  // The first checks take until everything that does not wait for them is written.
  let others: Promise<void> | undefined;
  store.list = async (prefix) => {
    others ??= until('the other days', () => counters.rowsWritten >= 392);
    if (calls++ < 8) await others;
    return list(prefix);
  };
  const days = Array.from({ length: 400 }, (_, id) => ({ id, ts: Date.UTC(2023, 0, 1 + id) }));
  await compose(counters, deliver(store, { counters }), {}, [...days, 'no JSON']);
  t.match(counters.report(), { status: 'rejected', rowsWritten: 400, rowsRejected: 1 });
});

test('a delivery that is destroyed without an error leaves nothing either', async (t) => {
  const to = tempFolder(t);
  const groups: DayRowGroup[] = [];
  const counters = new RunCounters();
  await compose(
    counters,
    new Writable({
      objectMode: true,
      write(group: DayRowGroup, _encoding, done) {
        groups.push(group);
        done();
      },
    }),
  );
  const delivery = deliver(to, { counters });
  const group = groups[0] as DayRowGroup;
  // Small row groups wait for others before the file is opened.
  for (let bytes = 0; bytes < 32 << 10; bytes += group.group.bytes.length) {
    await new Promise((resolve) => delivery.write(group, resolve));
  }
  await until('the file', () => remainsIn(to).unfinished.length > 0);
  await t.rejects(finished(delivery.destroy()), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  t.strictSame(remainsIn(to), NOTHING);
});
