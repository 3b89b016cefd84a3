// Real data through a mapping, value by value: what samples/wikipedia.mapping.json means, written out by
// hand over JSON.parse, against what DuckDB reads. All 39,244 edits where HACKLE_WIKIPEDIA names them, else
// the 2,000 of the sample.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { test } from 'tap';
import type { Report } from '../../lib/report.ts';
import type { Entries, Row } from '../reference/convert.ts';
import { uuidV5 } from '../reference/uuid.ts';
import { inPackage, jsonOf, run } from '../support/command.ts';
import { firstDifference, readDay } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const SAMPLE = inPackage('samples/wikipedia.ndjson.gz');
/** wikiticker-2015-09-12-sampled.json.gz of Apache Druid's quickstart, where somebody has it. */
const ALL = [process.env.HACKLE_WIKIPEDIA ?? ''].find((path) => existsSync(path));

/** Fields that columns other than event_properties use. */
const USER_PROPERTIES = {
  countryIsoCode: 'country_code',
  countryName: 'country',
  regionIsoCode: 'region_code',
  regionName: 'region',
  cityName: 'city',
  metroCode: 'metro_code',
  isAnonymous: 'anonymous',
  isRobot: 'robot',
} as const;
const USED = ['time', 'delta', 'user', ...Object.keys(USER_PROPERTIES)];

type Edit = Record<string, string | number | boolean | null>;

/** The row that an edit becomes. */
function expectedRow(line: string): Row {
  const edit = JSON.parse(line) as Edit;
  const user = String(edit.user);
  return {
    insert_id: uuidV5(line),
    event_key: 'edit',
    ts: BigInt(Date.parse(String(edit.time))),
    metric_value: BigInt(edit.delta as number) * 1_000_000n,
    identifiers: sorted([
      ['id', user],
      ['device_id', user],
    ]),
    event_properties: entriesOf(edit, (field) =>
      USED.includes(field) ? undefined : field.toLowerCase(),
    ),
    user_properties: entriesOf(edit, (field) => (USER_PROPERTIES as Record<string, string>)[field]),
    platform_properties: sorted([
      ['osname', 'Web'],
      ['appversion', '1'],
    ]),
  };
}

/** The fields that get a name, without nulls; every value of this data is a text, an integer or a boolean. */
function entriesOf(edit: Edit, nameOf: (field: string) => string | undefined): Entries {
  return sorted(
    Object.entries(edit).flatMap(([field, value]) => {
      const name = nameOf(field);
      return name === undefined || value === null ? [] : [[name, String(value)]];
    }),
  );
}

/** The order of a map's entries means nothing. */
function sorted(entries: Entries): Entries {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function withSortedMaps(row: Row): Row {
  const { identifiers, event_properties, user_properties, platform_properties } = row;
  return {
    ...row,
    identifiers: sorted(identifiers as Entries),
    event_properties: sorted(event_properties),
    user_properties: sorted(user_properties),
    platform_properties: sorted(platform_properties),
  };
}

test('real Wikipedia edits, value by value', async (t) => {
  const input = ALL ?? SAMPLE;
  const out = join(tempFolder(t), 'out');
  const mapping = inPackage('samples/wikipedia.mapping.json');
  const outcome = await run([input, '--mapping', mapping, '--to', out, '--json']);
  const lines = gunzipSync(readFileSync(input)).toString('utf8').trim().split('\n');
  t.equal(lines.length, ALL === undefined ? 2000 : 39_244, input);
  t.match(jsonOf<Report>(outcome), {
    status: 'committed',
    rowsIn: lines.length,
    rowsWritten: lines.length,
    rowsRejected: 0,
    rowsFiltered: 0,
    warnings: { osname_unknown: lines.length },
  });
  t.strictSame(readdirSync(out), ['dt=2015-09-12'], 'all of them are of one UTC day');
  const rows = await readDay(join(out, 'dt=2015-09-12'));
  t.equal(firstDifference(rows.map(withSortedMaps), lines.map(expectedRow)), undefined);
});
