import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { convert } from '../lib/convert.ts';
import type { Progress } from '../lib/report.ts';
import { MemoryStore } from './store/memory-store.ts';
import { eventsOfDays } from './support/events.ts';

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
