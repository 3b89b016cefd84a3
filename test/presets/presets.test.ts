// Each preset reads lines in its vendor's documented form; what comes out of NAME.in.… stands in NAME.expected.json,
// read back by DuckDB. Lines made from the vendors' own samples are in NAME.sample.in.…; SAMPLES.md names their pages. UPDATE_EXPECTED=1 writes those files anew: look at every change.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { ImportError } from '../../lib/errors.ts';
import { parseMapping } from '../../lib/mapping/mapping.ts';
import { PRESETS, presetFile, setFlags } from '../../lib/presets/presets.ts';
import { presetsPage } from '../../scripts/presets-page.ts';
import type { Entries, Row } from '../reference/convert.ts';
import { inPackage } from '../support/command.ts';
import { faultsIn } from '../support/faults.ts';
import { readOutput } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';

const FOLDER = inPackage('test/presets');
const inputs = readdirSync(FOLDER).filter((name) => name.includes('.in.'));

const WEB = { 'platform_properties.osname': 'Web', 'platform_properties.appversion': '0' };

/** What a source lacks altogether, or only in its sample. */
const SET: Record<string, Record<string, string>> = {
  'adjust.sample': {
    'platform_properties.osname': 'Android',
    'platform_properties.appversion': '0',
  },
  'braze-http.sample': WEB,
  'ga4.sample': { 'platform_properties.appversion': '0' },
  'mixpanel.sample': WEB,
  'posthog.sample': { 'platform_properties.appversion': '0' },
  'segment.sample': WEB,
  'snowplow-json.sample': { 'platform_properties.appversion': '0' },
  braze: { 'platform_properties.appversion': '1.2.3' },
  'braze-http': { 'platform_properties.appversion': '1.2.3' },
  snowplow: { 'platform_properties.appversion': '1.2.3' },
  cloudfront: { 'platform_properties.osname': 'web', 'platform_properties.appversion': '0' },
  nginx: { 'platform_properties.osname': 'web', 'platform_properties.appversion': '0' },
};

/** A row as a person reads it. */
function readable(row: Row): object {
  const object = (entries: Entries | string): object => Object.fromEntries(entries as Entries);
  const metric = row.metric_value.toString().padStart(7, '0');
  return {
    ...row,
    ts: new Date(Number(row.ts)).toISOString(),
    metric_value: `${metric.slice(0, -6)}.${metric.slice(-6)}`,
    identifiers: object(row.identifiers),
    event_properties: object(row.event_properties),
    user_properties: object(row.user_properties),
    platform_properties: object(row.platform_properties),
  };
}

test('every preset has its lines', (t) => {
  const named = inputs.map((name) => name.split('.')[0]).sort();
  t.strictSame([...new Set(named)], Object.keys(PRESETS).sort());
  t.end();
});

test("every preset has lines made from its vendor's sample, and SAMPLES.md names the page", (t) => {
  const text = readFileSync(`${FOLDER}/SAMPLES.md`, 'utf8');
  const rows = [...text.matchAll(/^\| `([^`]+)` \|.*\| <(https:[^>]+)> \|/gm)];
  const pages = new Map(rows.map(([, file, page]) => [file as string, page as string]));
  const samples = inputs.filter((input) => /\.(sample|warehouse)\.in\./.test(input));
  t.strictSame([...pages.keys()].sort(), [...samples].sort());
  const names = samples.map((input) => input.split('.')[0] as string);
  t.strictSame([...new Set(names)].sort(), Object.keys(PRESETS).sort());
  t.end();
});

for (const input of inputs) {
  const name = basename(input).split('.')[0] as string;
  const lines = basename(input).split('.in.')[0] as string;
  test(`${lines}: its documented lines become the expected rows`, async (t) => {
    const to = tempFolder(t);
    const rejects: object[] = [];
    const { rowsIn, rowsFiltered, rowsWritten, filtered, warnings } = await convert({
      inputs: [`${FOLDER}/${input}`],
      to,
      preset: name,
      set: SET[lines] ?? SET[name] ?? {},
      maxRejects: '100%',
      onReject: ({ line, code }) => void rejects.push({ line, code }),
    });
    const days = [...(await readOutput(to))].map(([day, rows]) => [day, rows.map(readable)]);
    const found = {
      rowsIn,
      rowsWritten,
      rowsFiltered,
      filtered,
      rejects,
      warnings,
      days: Object.fromEntries(days),
    };
    const file = `${FOLDER}/${lines}.expected.json`;
    if (process.env.UPDATE_EXPECTED) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
    t.strictSame(found, JSON.parse(readFileSync(file, 'utf8')));
    t.strictSame(await faultsIn(to), [], 'verify --deep finds no fault');
  });
}

test('a printed preset is a mapping, and gives the same plan', (t) => {
  for (const name of Object.keys(PRESETS)) {
    const printed = JSON.parse(presetFile(name));
    const { about, ...mapping } = printed;
    t.match(about[0], /https:/, name);
    t.strictSame(mapping, JSON.parse(JSON.stringify(PRESETS[name]?.mapping)), name);
    if (PRESETS[name]?.requires === undefined) t.same(parseMapping(printed), printed, name);
  }
  t.end();
});

test('docs/presets.md is what the presets say', (t) => {
  t.equal(readFileSync(inPackage('docs/presets.md'), 'utf8'), presetsPage(), 'npm run docs');
  t.end();
});

test('keys that events lack can be given: each hint is a line to copy', async (t) => {
  for (const [name, { requires = {}, mayLack = {} }] of Object.entries(PRESETS)) {
    for (const key of [...Object.keys(requires), ...Object.keys(mayLack)]) {
      t.match(presetFile(name), `--set ${key}=`, `${name}: ${key}`);
      t.notMatch(setFlags([key]), /…/);
    }
  }
});

test('what a source lacks is asked for; a wrong name is told with the right one', async (t) => {
  const run = (options: object): Promise<unknown> =>
    convert({ inputs: [`${FOLDER}/braze.in.ndjson`], to: tempFolder(t), ...options });
  await t.rejects(run({ preset: 'braze' }), {
    code: 'E_USAGE',
    message:
      'preset braze: every event needs platform_properties.appversion (custom events have no app version)',
    hint: /--set platform_properties\.appversion=/,
  });
  await t.rejects(run({ preset: 'amplitud' }), { message: /did you mean amplitude\?/ });
  await t.rejects(run({ preset: 'braze', mapping: 'x.json' }), ImportError);
});

test('a source that counts by its own clock gets its zone by set', async (t) => {
  const first = async (preset: string, input: string, timezone: string): Promise<string> => {
    const to = tempFolder(t);
    const inputs = [`${FOLDER}/${input}`];
    await convert({ inputs, to, preset, set: { 'ts.timezone': timezone }, maxRejects: '100%' });
    const [day] = await readOutput(to);
    return new Date(Number(day?.[1][0]?.ts)).toISOString();
  };
  // 17:48:31 in Los Angeles, where it is seven hours before UTC; 00:01:02 in Seoul, nine hours ahead.
  const mixpanel = await first('mixpanel', 'mixpanel.in.ndjson', 'America/Los_Angeles');
  t.equal(mixpanel, '2020-10-14T00:48:31.000Z');
  const appsflyer = await first('appsflyer', 'appsflyer.in.csv', 'Asia/Seoul');
  t.equal(appsflyer, '2022-12-31T15:01:02.000Z');
});
