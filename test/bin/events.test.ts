// What the flags about events and days do, seen from outside.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import type { Report } from '../../lib/report.ts';
import { type EventParts, eventLine, ndjson } from '../support/events.ts';
import { days, readDay } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { convert } from './convert.ts';

const WITHOUT_ID = eventLine({ id: 1 }).replace(/"insert_id":"[^"]*",/, '');
const WITH_TEXT_ID = eventLine({ id: 1 }).replace(/"insert_id":"[^"]*"/, '"insert_id":"order-7"');

test('--insert-id', async (t) => {
  const input = `${WITHOUT_ID}\n${WITH_TEXT_ID}\n`;
  const rejects = async (mode: string): Promise<[number | null, Report['rejects']]> => {
    const { code, report } = await convert(t, input, '--insert-id', mode);
    return [code, report.rejects];
  };
  t.strictSame(await rejects('uuid'), [3, { insert_id_missing: 1, insert_id_invalid: 1 }]);
  t.strictSame(await rejects('any'), [3, { insert_id_missing: 1 }]);
  t.strictSame(await rejects('derive'), [0, {}]);
});

test('--limits', async (t) => {
  const input = ndjson({ key: 'k'.repeat(129) });
  const with_ = async (mode: string): Promise<unknown[]> => {
    const { code, report } = await convert(t, input, '--limits', mode);
    return [code, report.rejects, report.warnings];
  };
  t.strictSame(await with_('warn'), [0, {}, { event_key_too_long: 1 }]);
  t.strictSame(await with_('reject'), [3, { event_key_too_long: 1 }, {}]);
  t.strictSame(await with_('off'), [0, {}, {}]);
});

test('--identifiers', async (t) => {
  const first = async (mode: string): Promise<unknown> => {
    const { out } = await convert(t, ndjson({}), '--identifiers', mode);
    return (await readDay(join(out, 'dt=2023-01-01')))[0]?.identifiers;
  };
  t.strictSame(await first('map'), [
    ['id', 'd1'],
    ['device_id', 'd1'],
  ]);
  t.strictSame(JSON.parse(String(await first('json'))), { id: 'd1', device_id: 'd1' });
});

test('--flatten', async (t) => {
  const input = ndjson({ properties: { a: { b: [1, 'x'] } } });
  const entries = async (...flags: string[]): Promise<unknown> => {
    const { out } = await convert(t, input, ...flags);
    return (await readDay(join(out, 'dt=2023-01-01')))[0]?.event_properties;
  };
  t.strictSame(await entries(), [['a', '{"b":[1,"x"]}']]);
  t.strictSame(await entries('--flatten'), [
    ['a.b.0', '1'],
    ['a.b.1', 'x'],
  ]);
});

test('--max-line', async (t) => {
  const line = eventLine();
  const { code, report } = await convert(t, `${line}\n`, '--max-line', String(line.length));
  t.match([code, report.rowsWritten], [0, 1], 'as long as allowed');
  const longer = await convert(t, `${line}\n`, '--max-line', String(line.length - 1));
  t.strictSame([longer.code, longer.report.rejects], [3, { line_too_long: 1 }]);
  const text = 'x'.repeat((24 << 20) - eventLine({ properties: { text: '' } }).length);
  const longest = await convert(t, eventLine({ properties: { text } }), '--max-line', '24MiB');
  t.match([longest.code, longest.report.rowsWritten], [0, 1], 'the largest that can be asked for');
});

test('--mapping', async (t) => {
  const folder = tempFolder(t);
  const mapping = {
    ...VENDOR_MAPPING,
    event_key: { const: 'view' },
    ts: { path: 'when', unit: 's' },
  };
  writeFileSync(join(folder, 'map.json'), JSON.stringify(mapping));
  const input = eventLine().replace(/"ts":"[^"]*"/, '"when":1672531200');
  const { out } = await convert(t, `${input}\n`, '--mapping', join(folder, 'map.json'));
  const [row] = await readDay(join(out, 'dt=2023-01-01'));
  t.match([row?.event_key, row?.ts], ['view', 1672531200000n]);
});

const MIDNIGHTS: EventParts[] = [
  { id: 1, ts: '2022-12-31T23:59:59.999Z' },
  { id: 2, ts: '2023-01-01T00:00:00Z' },
  { id: 3, ts: '2023-01-01T23:59:59.9999Z' },
  { id: 4, ts: '2023-01-02T00:00:00+09:00' },
  { id: 5, ts: '2023-01-02T00:00:00Z' },
];

test('--date, --from and --until leave other UTC days out, and count them', async (t) => {
  const input = ndjson(...MIDNIGHTS);
  const counts = async (...flags: string[]): Promise<unknown[]> => {
    const { code, report, out } = await convert(t, input, ...flags);
    return [code, days(out), report.rowsWritten, report.rowsFiltered];
  };
  const [d31, d1, d2] = ['2022-12-31', '2023-01-01', '2023-01-02'] as const;
  t.strictSame(await counts(), [0, [d31, d1, d2], 5, 0]);
  t.strictSame(await counts('--date', d1), [0, [d1], 3, 2]);
  t.strictSame(await counts('--from', d1), [0, [d1, d2], 4, 1]);
  t.strictSame(await counts('--until', d1), [0, [d31, d1], 4, 1]);
  t.strictSame(await counts('--from', d1, '--until', d1), [0, [d1], 3, 2]);
  t.strictSame(await counts('--date', '2020-02-29'), [3, [], 0, 5]);
});

test('--date yesterday is that of the clock of --tz', async (t) => {
  // The zones are a day apart, so that one of them has another date than UTC at any moment.
  const dayIn = (timeZone: string): string =>
    new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(Date.now() - 864e5);
  for (const zone of ['Etc/GMT+12', 'Etc/GMT-14', 'UTC']) {
    const before = dayIn(zone);
    const noons = [-3, -2, -1, 0, 1].map((shift): EventParts => {
      const day = new Date(Date.now() + shift * 864e5).toISOString().slice(0, 10);
      return { ts: `${day}T12:00:00Z` };
    });
    // Yesterday at UTC+14 is mostly today by UTC.
    const flags = ['--date', 'yesterday', '--tz', zone, '--unfinished', 'commit'];
    const { out } = await convert(t, ndjson(...noons), ...flags);
    t.ok([before, dayIn(zone)].includes(days(out).join()), `${zone}: ${days(out)}`);
  }
});
