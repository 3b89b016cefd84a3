import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { convert } from '../lib/convert.ts';
import type { Progress } from '../lib/report.ts';
import { S3Fault } from './servers/s3-fault.ts';
import { optionsFor, startS3, urlOf, useToolCredentials } from './servers/s3-support.ts';
import { MemoryStore } from './store/memory-store.ts';
import { eventsOfDays } from './support/events.ts';

t.test('a request that is tried again is told while it is', async (t) => {
  useToolCredentials();
  const server = await startS3(t);
  let lists = 0;
  server.hooks = {
    before: async ({ operation }) => {
      await pause(150);
      if (operation === 'ListObjectsV2' && lists++ < 2) throw new S3Fault(503, 'SlowDown', 'Wait.');
    },
  };
  const seen: Progress[] = [];
  await convert({
    inputs: [{ name: 'test', stream: Readable.from([Buffer.from(eventsOfDays(3, 1))]) }],
    to: urlOf(server),
    store: optionsFor(server.endpoint),
    threads: 0,
    onProgress: (progress) => void seen.push(progress),
  });
  t.match(
    seen.find(({ retrying }) => retrying !== undefined),
    { retrying: { reason: 'SlowDown' } },
  );
});

t.test('a run tells how far it is, to its last commit', async (t) => {
  const store = new MemoryStore();
  const put = store.put.bind(store);
  store.put = async (name, bytes) => {
    await pause(name.startsWith('dt=2023-01-01') ? 300 : 900);
    return put(name, bytes);
  };
  const text = Buffer.from(eventsOfDays(10, 2));
  const seen: Progress[] = [];
  await convert({
    inputs: [{ name: 'test', stream: Readable.from([text]) }],
    to: store,
    threads: 0,
    onProgress: (progress) => void seen.push(progress),
  });
  const last = seen.at(-1);
  t.match(last, { bytesIn: text.length, rowsIn: 10, rowsWritten: 10, daysToCommit: 2 });
  const committed = seen
    .filter(({ daysToCommit }) => daysToCommit === 2)
    .map(({ daysCommitted }) => daysCommitted);
  t.same([...new Set(committed)], [0, 1]);
});
