// Ways in which a person could lose a day's events with every light green, replayed from the command line: what the
// screen says of each is in test/bin/golden. UPDATE_EXPECTED=1 writes those files anew: read every change.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type EventParts, eventLine, eventsOfDays, ndjson } from '../support/events.ts';

import { golden } from './golden-session.ts';

/** A dump of one day by Seoul's clock, with an event every 18 seconds. */
function seoulDump(date: string): string {
  const begin = Date.parse(`${date}T00:00:00+09:00`);
  return ndjson(
    ...Array.from({ length: 4800 }, (_, index): EventParts => {
      const ms = begin + index * 18_000;
      return { id: ms / 18_000, ts: new Date(ms).toISOString() };
    }),
  );
}

golden('seoul-dumps', 'dumps cut by the clock in Seoul', async (session) => {
  for (const date of ['2023-01-02', '2023-01-03']) session.write(`${date}.ndjson`, seoulDump(date));
  await session.run('2023-01-02.ndjson', '--to', 'out');
  await session.run('2023-01-03.ndjson', '--to', 'out');
  await session.run('2023-01-03.ndjson', '--to', 'out', '--if-exists', 'replace');
  await session.run('2023-01-03.ndjson', '--to', 'out', '--if-exists', 'skip');
  session.say('the recipe of docs/days.md');
  const both = ['2023-01-02.ndjson', '2023-01-03.ndjson', '--date', '2023-01-02'];
  await session.run(...both, '--to', 'out', '--if-exists', 'replace');
});

golden('dead-producer', 'a producer that dies after a part of its events', async (session) => {
  session.write('events.ndjson', eventsOfDays(200, 1));
  const script = 'head -n 100 events.ndjson; echo "lost the database" >&2; exit 1';
  await session.run('--to', 'out', '--from-command', '--', 'sh', '-c', script);
  session.say('one that ends early and says that all is well');
  const quiet = ['sh', '-c', 'head -n 100 events.ndjson'];
  await session.run('--to', 'out', '--min-events', '150', '--from-command', '--', ...quiet);
});

golden('failed-replace', 'a run that fails while it replaces a day', async (session) => {
  session.write('events.ndjson', eventsOfDays(200, 1));
  session.write('broken.json', `[${eventsOfDays(300, 1).trimEnd().split('\n').join(',')}`);
  session.write('bad.ndjson', `${eventsOfDays(300, 1)}{"insert_id": 1\n`);
  await session.run('events.ndjson', '--to', 'out');
  const before = session.contents();
  const check = (): void =>
    session.check('the day is byte for byte what it was', session.contents() === before);
  await session.run('broken.json', '--to', 'out', '--if-exists', 'replace');
  check();
  await session.run('bad.ndjson', '--to', 'out', '--if-exists', 'replace');
  check();
});

golden('days-that-cannot-be', 'wrong units, clocks that were never set, today', async (session) => {
  session.write('seconds.ndjson', ndjson({ id: 1, ts: '1672531261' }));
  const columns = ['insert_id', 'event_key', 'identifiers', 'platform_properties'];
  const same = Object.fromEntries(columns.map((column) => [column, column]));
  session.write('ms.json', JSON.stringify({ ...same, ts: { path: 'ts', unit: 'ms' } }));
  await session.run('seconds.ndjson', '--to', 'out', '--mapping', 'ms.json');
  session.write('clock.ndjson', ndjson({ id: 1, ts: '2100-01-01T00:00:00Z' }));
  await session.run('clock.ndjson', '--to', 'out');
  session.write('digits.ndjson', ndjson({ id: 1, ts: 20230101 }));
  await session.run('digits.ndjson', '--to', 'out');
  session.write('today.ndjson', ndjson({ id: 1, ts: '2023-01-10T03:00:00Z' }));
  await session.run('today.ndjson', '--to', 'out');
  await session.run('today.ndjson', '--to', 'out', '--date', 'today');
});

golden('changing-file', 'a file that grows while it is read', async (session) => {
  session.write('events.ndjson', eventsOfDays(200, 1));
  session.write(
    'grow.mjs',
    "import { appendFileSync } from 'node:fs';\nlet hasGrown = false;\nexport default (event) => {\n  if (!hasGrown) appendFileSync('events.ndjson', '\\n');\n  hasGrown = true;\n  return event;\n};\n",
  );
  await session.run('events.ndjson', '--to', 'out', '--transform', 'grow.mjs');
  session.say('a file that something may still write');
  await session.run('events.ndjson', '--to', 'out', '--settle', '31622400');
});

golden('nothing-left', 'runs that leave all events out', async (session) => {
  session.write('events.ndjson', eventsOfDays(200, 2));
  await session.run('events.ndjson', '--to', 'out', '--preset', 'segment');
  await session.run('events.ndjson', '--to', 'out', '--where', 'purchas');
  await session.run('events.ndjson', '--to', 'out', '--date', 'yesterday');
});

golden(
  'hostile-input',
  'an event with endless keys, and rejects in the place of a mark',
  async (session) => {
    const properties = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`key${n}`, n]));
    session.write('keys.ndjson', `${eventLine({ id: 1, properties })}\n${eventLine({ id: 2 })}\n`);
    await session.run('keys.ndjson', '--to', 'out');
    mkdirSync(join(session.folder, 'out', 'dt=2023-01-01'), { recursive: true });
    await session.run('keys.ndjson', '--to', 'out', '--rejects', 'out/dt=2023-01-01/_SUCCESS');
    session.check('no mark', !existsSync(join(session.folder, 'out/dt=2023-01-01/_SUCCESS')));
  },
);
