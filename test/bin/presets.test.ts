// presets [NAME], --preset, --set, --where, --dedupe on the command line.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { PRESETS } from '../../lib/presets/presets.ts';
import { inPackage } from '../support/command.ts';
import { filesIn } from '../support/folders.ts';
import { runHere as run } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';

const lines = (name: string): string => inPackage(`test/presets/${name}`);

test('presets lists them, presets NAME prints one that --mapping takes', async (t) => {
  const list = await run(['presets']);
  t.equal(list.code, 0);
  t.strictSame(
    list.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
    Object.keys(PRESETS),
  );
  const folder = tempFolder(t);
  const printed = await run(['presets', 'snowplow']);
  t.match(printed, { code: 0, stderr: '' });
  const mapping = join(folder, 'mapping.json');
  writeFileSync(mapping, printed.stdout);
  const set = ['--set', 'platform_properties.appversion=1.2.3', '--max-rejects', '3'];
  const a = join(folder, 'a');
  const b = join(folder, 'b');
  t.match(await run([lines('snowplow.in.tsv'), '--mapping', mapping, '--to', a, ...set]), {
    code: 0,
  });
  t.match(await run([lines('snowplow.in.tsv'), '--preset', 'snowplow', '--to', b, ...set]), {
    code: 0,
  });
  t.ok(Object.keys(filesIn(a)).length >= 2);
  t.strictSame(filesIn(a), filesIn(b));
});

test('what is wrong is told', async (t) => {
  t.match(await run(['presets', 'segmnt']), { code: 2, stderr: /did you mean segment\?/ });
  t.match(await run(['presets', 'a', 'b']), { code: 2, stderr: /one name at most/ });
  t.match(await run(['presets', '--help']), { code: 0, stdout: /mapping file to adapt/ });
  const asked = await run([lines('braze.in.ndjson'), '--preset', 'braze', '--to', tempFolder(t)]);
  t.match(asked, {
    code: 2,
    stderr: /no app version.*\n.*--set platform_properties\.appversion=…/,
  });
  for (const set of ['x', '=1']) {
    const { code, stderr } = await run(['x', '--to', 'y', '--set', set]);
    t.match({ code, stderr }, { code: 2, stderr: /--set: expected KEY=TEXT/ }, set);
  }
  t.match(await run([lines('braze.in.ndjson'), '--to', 'y', '--where', '!']), {
    code: 2,
    stderr: /where: expected a pattern/,
  });
});

test('--where and --dedupe say what they left out', async (t) => {
  const folder = tempFolder(t);
  const twice = join(folder, 'twice.ndjson');
  writeFileSync(twice, readFileSync(lines('ga4.in.ndjson'), 'utf8').repeat(2));
  const filters = ['--where', 'purchase,*_view', '--where', '!page*', '--dedupe'];
  const set = ['--preset', 'ga4', '--set', 'platform_properties.appversion=0'];
  const { code, stdout } = await run([
    twice,
    '--to',
    join(folder, 'out'),
    '--max-rejects',
    '100',
    '--json',
    ...set,
    ...filters,
  ]);
  t.equal(code, 0);
  const report = JSON.parse(stdout);
  t.match(report, { rowsIn: 14, rowsWritten: 2, rowsRejected: 6 });
  t.equal(report.rowsFiltered, 6);
  t.strictSame(report.filtered, { excluded_by_where: 2, duplicate_insert_id: 4 });
});
