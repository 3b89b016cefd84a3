// --set: constants for what events lack, with any mapping.

import { test } from 'tap';
import { withSettings } from '../../lib/mapping/constants.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { runConvert } from '../support/run-convert.ts';

const EVENT = {
  insert_id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6',
  event_key: 'purchase',
  ts: '2023-01-01T00:01:02.333Z',
  identifiers: { id: 'u', device_id: 'd' },
  platform_properties: { osname: 'iOS', appversion: '1' },
};

test('a setting becomes part of the mapping', (t) => {
  const set = {
    'platform_properties.appVersion': '1',
    'platform_properties.appversion': '2',
    event_key: 'x',
    metric_value: '1.5',
    'ts.timezone': 'Asia/Seoul',
    'user_properties.a.b': '=',
  };
  const mapping = {
    ...VENDOR_MAPPING,
    event_key: ['a', { const: 'b' }],
    ts: { path: 't', unit: 's' as const },
  };
  t.strictSame(withSettings(mapping, set), {
    ...mapping,
    platform_properties: { objects: ['platform_properties'], defaults: { appversion: '2' } },
    user_properties: { objects: ['user_properties'], defaults: { 'a.b': '=' } },
    event_key: ['a', { const: 'x' }],
    metric_value: ['metric_value', { const: '1.5' }],
    ts: { path: 't', unit: 's', timezone: 'Asia/Seoul' },
  });
  for (const key of ['insert_id', 'appversion', 'ts', 'platform.x', 'platform_properties.', '']) {
    t.throws(() => withSettings(VENDOR_MAPPING, { [key]: 'x' }), { code: 'E_USAGE' }, key);
  }
  t.throws(() => withSettings(VENDOR_MAPPING, { event_key: '' }), { code: 'E_USAGE' });
  t.end();
});

test('an event gets what it does not have, and keeps what it has', async (t) => {
  const lines = [
    { platform_properties: { osname: 'iOS', appversion: '1' } },
    { platform_properties: { osname: 'iOS', AppVersion: '2' } },
    { platform_properties: { osname: 'iOS', appversion: null } },
    { platform_properties: { osname: 'iOS', appversion: '1', AppVersion: null } },
    { platform_properties: { osname: 'iOS' } },
    { platform_properties: null },
    { platform_properties: { osname: 'iOS', appversion: '' } },
    { event_key: null, metric_value: null },
  ].map((change, n) =>
    JSON.stringify({ ...EVENT, ...change, ts: EVENT.ts.replace('333', `00${n}`) }),
  );
  const { rows, rejects, warnings } = await runConvert(t, [Buffer.from(lines.join('\n'))], {
    set: { 'platform_properties.appversion': '9', event_key: 'unnamed', metric_value: '7' },
  });
  const written = rows.flatMap(([, list]) => list);
  const versions = written.map((row) => new Map(row.platform_properties).get('appversion'));
  t.strictSame(versions, ['1', '2', '9', '9', '9', '9', '1']);
  t.strictSame(written.at(-1)?.event_key, 'unnamed');
  t.strictSame(
    written.map((row) => row.metric_value),
    Array(7).fill(7_000_000n),
  );
  // A default does not replace the other required key.
  t.strictSame(
    rejects.map(({ line, code }) => `${line} ${code}`),
    ['6 platform_osname_missing'],
  );
  t.equal(warnings.null_dropped, undefined, 'nulls were replaced');
});

test('what the mapping lacks may be set; a wrong zone is told as the mapping’s', async (t) => {
  const mapping = {
    insert_id: 'insert_id',
    event_key: 'event_key',
    ts: 'ts',
    identifiers: 'identifiers',
    platform_properties: { keys: { osname: 'platform_properties.osname' } },
  };
  const line = Buffer.from(JSON.stringify({ ...EVENT, ts: '2023-01-01T08:00:00' }));
  await t.rejects(runConvert(t, [line], { mapping }), { code: 'E_MAPPING' });
  const set = { 'platform_properties.appversion': '9', 'ts.timezone': 'Asia/Seoul' };
  const { rows } = await runConvert(t, [line], { mapping, set });
  t.equal(rows[0]?.[0], '2022-12-31');
  await t.rejects(runConvert(t, [line], { mapping, set: { ...set, 'ts.timezone': 'Seoul' } }), {
    code: 'E_MAPPING',
    message: /ts\.timezone: .*did you mean "Asia\/Seoul"/,
  });
});
