// Folders as inputs, lists of inputs in a file, and the first events only.

import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { resolveInputs } from '../../lib/source/resolve.ts';
import { readOutput } from '../support/read-parquet.ts';
import { runHere } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';

const event = (key: string): string =>
  `{"insert_id":"8fb8e088-9245-4fce-bb87-7e09d9917ed6","event_key":"${key}","ts":"2023-01-01T00:00:00Z","identifiers":{"id":"i","device_id":"d"},"platform_properties":{"osname":"iOS","appversion":"1"}}\n`;

async function keysIn(folder: string): Promise<string[]> {
  return [...(await readOutput(folder))].flatMap(([, rows]) => rows.map((row) => row.event_key));
}

test('the files of a folder with known endings, sorted', async (t) => {
  const folder = t.testdir({
    'b.json.gz': '',
    'B.NDJSON': '',
    a: { 'z.csv': '', deep: { 'x.log': '' }, empty: {} },
    'a.tsv': '',
    'note.md': '',
    events: '',
    _SUCCESS: '',
    '.hidden.ndjson': '',
    _tmp: { 'c.ndjson': '' },
    link: t.fixture('symlink', 'a'),
    'link.jsonl': t.fixture('symlink', 'a.tsv'),
    'dead.jsonl': t.fixture('symlink', 'nothing'),
  });
  const names = async (...inputs: string[]): Promise<string[]> =>
    (await resolveInputs(inputs)).map((source) =>
      relative(folder, source.name).replaceAll('\\', '/'),
    );
  const inA = ['a/deep/x.log', 'a/z.csv'];
  t.strictSame(await names(join(folder, 'a')), inA);
  t.strictSame(await names(`${folder}/a/`), inA);
  t.strictSame(await names(new URL(`file://${folder}/a`).href), inA);
  await t.rejects(names(folder), /the same file/, 'a link to a file names it twice');
  await t.rejects(names(join(folder, 'a', 'empty')), {
    code: 'E_INPUT_READ',
    message: /empty: expected a file, got a folder without any file that ends with \.ndjson, /,
    hint: /empty\/\*\.ndjson\.1'/,
  });
});

test('a folder and a list of inputs, from the command line', async (t) => {
  const cwd = tempFolder(t);
  for (const name of ['b.ndjson', 'a.ndjson', 'c d.ndjson']) {
    writeFileSync(join(cwd, name), event(name));
  }
  const all = await runHere(['.', '--to', 'all'], { cwd });
  t.match(all, { code: 0 });
  t.strictSame(await keysIn(join(cwd, 'all')), ['a.ndjson', 'b.ndjson', 'c d.ndjson']);
  writeFileSync(join(cwd, 'list'), 'c d.ndjson\r\n\nb.*\n');
  const some = await runHere(['a.ndjson', '--files-from', 'list', '--to', 'some'], { cwd });
  t.match(some, { code: 0 });
  t.strictSame(await keysIn(join(cwd, 'some')), ['a.ndjson', 'c d.ndjson', 'b.ndjson']);
  writeFileSync(join(cwd, 'list'), '\n');
  t.match(await runHere(['--files-from', 'list', '--to', 'x'], { cwd }), {
    code: 1,
    stderr: /list: expected names of inputs, got none/,
  });
  t.match(await runHere(['--files-from', 'none', '--to', 'x'], { cwd }), {
    code: 1,
    stderr: /none: there is no such file/,
  });
});

test('only the first events, rejected ones included', async (t) => {
  const folder = tempFolder(t);
  const lines = Array.from({ length: 3000 }, (_, n) => (n === 1 ? 'bad\n' : event(`e${n}`)));
  for (const name of ['a.ndjson', 'b.ndjson']) {
    writeFileSync(join(folder, name), lines.join(''));
  }
  for (const limit of [1, 2, 2999, 3000, 3001, 5999, 7000]) {
    const to = join(folder, `out${limit}`);
    const inputs = [join(folder, 'a.ndjson'), join(folder, 'b.ndjson')];
    const report = await convert({ inputs, to, limit, maxRejects: 2 });
    t.equal(report.rowsIn, Math.min(limit, 6000), `${limit}`);
    const expected = [...lines, ...lines].slice(0, limit).flatMap((line) => {
      return line === 'bad\n' ? [] : [(JSON.parse(line) as { event_key: string }).event_key];
    });
    t.strictSame(await keysIn(to), expected);
  }
  const json = join(folder, 'c.json');
  writeFileSync(json, `[${lines.slice(2).join(',')}]`);
  const to = join(folder, 'json');
  t.match(await convert({ inputs: [json], to, limit: 10, threads: 2 }), { rowsIn: 10 });
  t.equal((await keysIn(to)).length, 10);
  await t.rejects(convert({ inputs: [json], to, limit: 1, ifExists: 'replace' }), {
    code: 'E_USAGE',
    message: /^limit: expected no ifExists replace with it/,
  });
});
