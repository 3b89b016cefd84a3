import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'tap';
import {
  deliver,
  fromObjects,
  type HackleEvent,
  lowercaseKeys,
  map,
  metricValue,
  parseNdjson,
  type RejectRecord,
  RunCounters,
  route,
  rowGroups,
  toObjects,
  truncateTimestamps,
  validate,
} from '../../lib/index.ts';
import { readOutput } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const event = (n: number): string =>
  `{"insert_id":"8fb8e088-9245-4fce-bb87-7e09d9917ed6","event_key":"k${n}","ts":"2023-01-01T00:01:02.333Z","metric_value":0.${n}00,"identifiers":{"id":"1","device_id":"2"},"event_properties":{"n":${n}.50},"platform_properties":{"osname":"iOS","appversion":"1"}}`;

/** The stages after the parser, up to a folder. */
function rest(
  folder: string,
  counters: RunCounters,
  rejects: RejectRecord[],
): NodeJS.ReadWriteStream[] {
  return [
    validate(),
    lowercaseKeys(),
    truncateTimestamps(),
    metricValue(),
    route({ counters, onReject: (reject) => void rejects.push(reject) }),
    rowGroups(),
    deliver(folder, { counters, maxRejects: 100 }) as unknown as NodeJS.ReadWriteStream,
  ];
}

test('stages of plain objects may stand between the others', async (t) => {
  const [folder, counters] = [tempFolder(t), new RunCounters()];
  const rejects: RejectRecord[] = [];
  const lines = [event(1), '{"bad', event(2), event(3)].join('\n');
  await pipeline([
    Readable.from([Buffer.from(lines)]),
    parseNdjson({ source: 'log', counters }),
    map((e) => (e.event_key === 'k3' ? { ...e, event_key: null } : e)),
    toObjects({ counters, onReject: (reject) => void rejects.push(reject) }),
    new Transform({
      objectMode: true,
      transform(e: HackleEvent, _encoding, done) {
        e.event_properties.seen = 'yes';
        done(null, e);
      },
    }),
    fromObjects(),
    ...rest(folder, counters, rejects),
  ]);
  const rows = [...(await readOutput(folder)).values()].flat();
  t.match(rows, [
    {
      event_key: 'k1',
      metric_value: 100000n,
      event_properties: [
        ['n', '1.50'],
        ['seen', 'yes'],
      ],
    },
    {
      event_key: 'k2',
      event_properties: [
        ['n', '2.50'],
        ['seen', 'yes'],
      ],
    },
  ]);
  t.match(rejects, [
    { source: 'log', line: 2, offset: event(1).length + 1, code: 'invalid_json', raw: '{"bad' },
    { source: 'log', line: 4, code: 'event_key_missing', raw: event(3) },
  ]);
  t.match(counters.report(), { status: 'committed', rowsIn: 4, rowsWritten: 2, rowsRejected: 2 });
});

test('objects from anywhere, through a mapping', async (t) => {
  const [folder, counters] = [tempFolder(t), new RunCounters()];
  const rejects: RejectRecord[] = [];
  const object = (name: string): object => ({
    id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6',
    name,
    at: new Date(1672531262333),
    user: 5,
  });
  await pipeline([
    Readable.from([object('a'), { name: 'b' }, 'text', object('c')]),
    fromObjects({
      source: 'database',
      mapping: {
        insert_id: 'id',
        event_key: 'name',
        ts: 'at',
        identifiers: { keys: { id: 'user', device_id: 'user' } },
        platform_properties: { keys: { osname: { const: 'iOS' }, appversion: { const: '1' } } },
      },
    }),
    ...rest(folder, counters, rejects),
  ]);
  const rows = [...(await readOutput(folder)).values()].flat();
  t.match(rows, [
    {
      event_key: 'a',
      ts: 1672531262333n,
      identifiers: [
        ['id', '5'],
        ['device_id', '5'],
      ],
    },
    { event_key: 'c' },
  ]);
  t.match(rejects, [
    { source: 'database', line: 2, code: 'insert_id_missing', raw: '{"name":"b"}' },
    { line: 3, code: 'not_an_object', raw: '"text"' },
  ]);
});
