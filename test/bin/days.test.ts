// What the screen says of times that cannot be, of days that are not over, and of dumps cut by another clock.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { useClock } from '../support/clock.ts';
import { type EventParts, eventLine, ndjson } from '../support/events.ts';
import { days } from '../support/read-parquet.ts';
import { runHere } from '../support/run-here.ts';
import { withoutFigures } from '../support/screen.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

interface Screen {
  code: number | null;
  lines: string[];
  days: string[];
}

/** The screen of a run over a dump, without figures that differ from run to run. */
async function screen(t: Cleaner, input: string, ...flags: string[]): Promise<Screen> {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'dump.ndjson'), input);
  const { code, stderr } = await runHere(['dump.ndjson', '--to', 'out', ...flags], { cwd: folder });
  const text = withoutFigures(stderr);
  return { code, lines: text.trimEnd().split('\n'), days: days(join(folder, 'out')) };
}

const NOW = '2023-01-10T15:00:00Z';

test('epoch numbers in a wrong unit', async (t) => {
  useClock(t, NOW);
  const mapping = join(tempFolder(t), 'map.json');
  const columns = ['insert_id', 'event_key', 'identifiers', 'platform_properties'];
  const same = Object.fromEntries(columns.map((column) => [column, column]));
  writeFileSync(mapping, JSON.stringify({ ...same, ts: { path: 'ts', unit: 'ms' } }));
  const dump = ndjson(...[1, 2, 3].map((id): EventParts => ({ id, ts: 1672531260 + id })));
  const { code, lines, days } = await screen(t, dump, '--mapping', mapping);
  t.equal(code, 3);
  t.strictSame(days, []);
  t.strictSame(lines.slice(0, 5), [
    'Nothing committed: 3 of 3 events rejected, 0 allowed (--max-rejects). SIZE in TIME',
    '3 events read: 0 good, 3 rejected',
    'Rejected:',
    '  3 × ts before 2000 or more than a day ahead of now (ts_implausible)',
    '    dump.ndjson:1: ts should be from 2000-01-01 to a day ahead of now, got "1672531261", read in milliseconds as 1970-01-20T08:35:31.261Z; in seconds it is 2023-01-01T00:01:01.000Z: set "unit": "s" for ts',
  ]);
  t.equal(
    lines[5],
    `    Give the unit of epoch numbers in ${mapping}: "ts": {"path": "ts", "unit": "ms"}. --any-day takes such times as they are.`,
  );
  const taken = await screen(t, dump, '--mapping', mapping, '--any-day');
  t.match([taken.code, taken.days], [0, ['1970-01-20']]);
});

test('a dump of today', async (t) => {
  useClock(t, NOW);
  const dump = ndjson(
    { id: 1, ts: '2023-01-09T23:00:00Z' },
    { id: 2, ts: '2023-01-10T01:00:00Z' },
    { id: 3, ts: '2023-01-10T14:59:00Z' },
  );
  const { code, lines, days } = await screen(t, dump);
  t.match([code, days], [0, ['2023-01-09']]);
  t.strictSame(lines.slice(-2), [
    '3 events read: 1 written, 2 left out (of UTC days that are not over)',
    '2 events are of a day that is not over by UTC: import it after midnight UTC, or write what there is with --unfinished commit',
  ]);

  const asked = await screen(t, dump, '--date', 'today');
  t.strictSame(asked.days, []);
  t.notMatch(asked.lines.join('\n'), /--allow-empty/);
  t.match(asked.lines.join('\n'), /--unfinished commit/);

  const written = await screen(t, dump, '--date', 'today', '--unfinished', 'commit');
  t.match([written.code, written.days], [0, ['2023-01-10']]);
  t.notMatch(written.lines.join('\n'), /not over/);
});

test('eight digits that are a date', async (t) => {
  useClock(t, NOW);
  const { code, lines } = await screen(t, `${eventLine({ ts: 20230101 })}\n`);
  t.equal(code, 3);
  t.match(
    lines.join('\n'),
    /got "20230101"; if the digits are a date, set "unit": "date" for ts\n/,
  );
});

/** A dump of one day by Seoul's clock, with an event every 18 seconds: 4,800. */
function seoulDump(date: string): string {
  const begin = Date.parse(`${date}T00:00:00+09:00`);
  return ndjson(
    ...Array.from({ length: 4800 }, (_, index): EventParts => {
      const ms = begin + index * 18_000;
      return { id: ms / 18_000, ts: new Date(ms).toISOString() };
    }),
  );
}

test('dumps cut by the clock in Seoul, and the recipe that gives the whole day', async (t) => {
  useClock(t, NOW);
  const folder = tempFolder(t);
  for (const date of ['2023-01-02', '2023-01-03']) {
    writeFileSync(join(folder, `${date}.ndjson`), seoulDump(date));
  }
  const run = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await runHere([...args, '--to', 'out'], { cwd: folder });
    return `${code}\n${withoutFigures(stderr)}`;
  };
  t.match(
    await run('2023-01-02.ndjson'),
    new RegExp(
      [
        '0\\nDone: 4,800 events in 2 days committed to out. SIZE in TIME',
        '  dt=2023-01-01  1,800 events  15:00:00–23:59:42 UTC   1 file  .* kB  ✓ committed',
        '  dt=2023-01-02  3,000 events  00:00:00–14:59:42 UTC   1 file  .* kB  ✓ committed',
        '  2 days         4,800 events                         2 files  .* kB',
        'dt=2023-01-01: nothing before 15:00 UTC, midnight in Seoul: a dump cut by KST\\? Give both dumps and --date 2023-01-01',
        'dt=2023-01-02: nothing after 15:00 UTC, midnight in Seoul: a dump cut by KST\\? Give both dumps and --date 2023-01-02',
        '$',
      ].join('\\n'),
    ),
  );
  t.match(
    await run('2023-01-03.ndjson', '--if-exists', 'skip'),
    /dt=2023-01-02 +15:00:00–23:59:42 UTC +skipped: it was complete before\n(?:.*\n)*dt=2023-01-02: nothing before 15:00 UTC/,
  );
  t.match(
    await run('2023-01-03.ndjson', '--if-exists', 'replace'),
    /^1\n.* 2023-01-02 has 3,000 events in .*, and this run only 1,800; nothing was changed there\n/,
  );
  const both = ['2023-01-02.ndjson', '2023-01-03.ndjson', '--date', '2023-01-02'];
  const whole = await run(...both, '--if-exists', 'replace');
  t.match(
    whole,
    /^0\n.*\n {2}dt=2023-01-02 {2}4,800 events {2}00:00:00–23:59:42 UTC .* ✓ committed\n/,
  );
  t.notMatch(whole, /midnight/);
});

test('a day that is not over ends at this hour', async (t) => {
  useClock(t, NOW);
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'in.ndjson'), seoulDump('2023-01-10'));
  const args = ['in.ndjson', '--to', 'out', '--unfinished', 'commit', '--json'];
  const { code, stdout } = await runHere(args, { cwd: folder });
  t.equal(code, 0);
  const { partitions } = JSON.parse(stdout) as Report;
  t.match(partitions, [
    { day: '2023-01-09', cut: { missing: 'before', at: '15:00', zone: 'Asia/Seoul', events: 0 } },
    { day: '2023-01-10', first: '2023-01-10T00:00:00.000Z', last: '2023-01-10T14:59:42.000Z' },
  ]);
  t.notOk('cut' in (partitions[1] ?? {}));
});
