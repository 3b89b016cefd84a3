// What the screen says of times that cannot be and of days that are not over.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { useClock } from '../support/clock.ts';
import { run } from '../support/command.ts';
import { type EventParts, eventLine, ndjson } from '../support/events.ts';
import { days } from '../support/read-parquet.ts';
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
  const { code, stderr } = await run(['dump.ndjson', '--to', 'out', ...flags], { cwd: folder });
  const text = stderr.replace(/[\d.]+ [kM]?(?:B|bytes) in [\d.]+ m?s/, 'SIZE in TIME');
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
