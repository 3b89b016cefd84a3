// The links check their options as `convert` does, by the same table.
import { test } from 'tap';
import * as links from '../../lib/index.ts';

const counters = new links.RunCounters();

const WRONG: readonly [string, () => unknown, RegExp][] = [
  ['parse', () => links.parse({ format: 'xml' as 'csv' }), /^parse\.format: expected one of /],
  ['parse', () => links.parseNdjson({ maxLine: 0 }), /^parse\.maxLine: expected a whole number/],
  ['parseCsv', () => links.parseCsv({ delimiter: ';;' }), /^parse\.csv\.delimiter: expected one/],
  ['map', () => links.map((e) => e, { flaten: true } as object), /^map\.flaten: .*mean flatten\?/],
  ['toObjects', () => links.toObjects({} as never), /^toObjects\.counters: expected RunCounters/],
  ['fromObjects', () => links.fromObjects({ source: '' }), /^fromObjects\.source: expected a name/],
  ['record', () => links.record({ unit: 'm' as 's' }), /^record\.unit: expected one of/],
  ['validate', () => links.validate({ insertId: 'no' as 'any' }), /^validate\.insertId: expected/],
  ['limits', () => links.limits({ limits: 'on' as 'off' }), /^limits\.limits: expected one of/],
  ['route', () => links.route({ counters, from: '2023-02-30' }), /^route\.from: expected a day/],
  ['rowGroups', () => links.rowGroups({ memory: -1 }), /^rowGroups\.memory: expected/],
  [
    'deliver',
    () => links.deliver('out', { counters, fileSize: 0 }),
    /^deliver\.fileSize: expected/,
  ],
  [
    'deliver',
    () => links.deliver('out', { counters, parquet: { pageSize: 0 } }),
    /parquet\.pageSize/,
  ],
];

for (const [link, make, message] of WRONG) {
  test(`${link}: ${message.source}`, async (t) => {
    t.throws(make, { code: 'E_USAGE', message });
  });
}
