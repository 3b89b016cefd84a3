// What verify, inspect and status print at 40, 80 and 200 columns: test/bin/golden. UPDATE_EXPECTED=1 writes the files
// anew: read every change.
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { useClock } from '../support/clock.ts';
import { inPackage } from '../support/command.ts';
import { type EventParts, ndjson } from '../support/events.ts';
import { runHere } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';
import { fileOf, partName, usualFile, writeDay } from '../verify/days.ts';

const COLUMNS = [40, 80, 200] as const;
/** Letters of two columns. */
const WIDE = /[\u1100-\u115f\u3000-\ua4cf\uac00-\ud7a3\uff00-\uff60]/gu;

const day = (number: number): string => `2023-01-${String(number).padStart(2, '0')}`;

/** Days of every kind: sound, cut, with a file of another day, without a mark, missing, with wrong values. */
async function makeDays(t: Test): Promise<string> {
  useClock(t, '2023-01-08T02:12:00Z');
  const folder = tempFolder(t);
  const to = join(folder, '내보내기');
  const cut = Array.from({ length: 3000 }, (_, id): EventParts => {
    return {
      id,
      key: '구매',
      ts: Date.UTC(2023, 0, 2) + id * 18_000,
      properties: { 상품: `가방 ${id % 9}` },
    };
  });
  writeFileSync(join(folder, 'cut.ndjson'), ndjson(...cut));
  await convert({ inputs: [join(folder, 'cut.ndjson')], to, threads: 0 });
  writeDay(to, day(1), [usualFile(day(1), 0), usualFile(day(1), 1)]);
  writeDay(to, day(3), [usualFile(day(3), 0), usualFile(day(4), 1)]);
  writeDay(to, day(4), [usualFile(day(4), 0)]);
  rmSync(join(to, `dt=${day(4)}`, '_SUCCESS'));
  const change = (index: number): object =>
    index % 40 === 3
      ? { event_properties: { '상품 Name': '긴 한국어 이름' }, identifiers: { id: '' } }
      : {};
  writeDay(to, day(6), [fileOf(day(6), 0, { change, lax: true }), usualFile(day(6), 1)]);
  copyFileSync(inPackage('package.json'), join(to, `dt=${day(6)}`, '메모.txt'));
  for (const [number, hour] of [
    [1, 3],
    [2, 4],
    [3, 28],
    [6, 3],
  ] as const) {
    const at = Date.UTC(2023, 0, number + 1, hour, 24) / 1000;
    utimesSync(join(to, `dt=${day(number)}`, '_SUCCESS'), at, at);
  }
  return folder;
}

test('a file of a day is named from anywhere', async (t) => {
  const days = join(await makeDays(t), '내보내기');
  const name = `dt=${day(2)}/${partName(0)}`;
  t.equal((await runHere(['inspect', name], { cwd: days })).code, 0);
  t.equal((await runHere(['inspect', partName(0)], { cwd: join(days, `dt=${day(2)}`) })).code, 0);
  t.equal((await runHere(['inspect', join(days, name)], { cwd: '/' })).code, 0);
});

const FILE = `내보내기/dt=${day(2)}/${partName(0)}`;
const SCREENS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  verify: [
    ['verify', '내보내기', '--from', day(1), '--until', day(6)],
    ['verify', '내보내기', '--date', day(6), '--deep'],
    ['verify', `내보내기/dt=${day(1)}`, '--deep', '50%'],
  ],
  inspect: [
    ['inspect', FILE],
    ['inspect', FILE, '--rows', '2', '--row-groups', '--schema', '--pages'],
  ],
  status: [
    ['status', '내보내기', '--month', '2023-01', '--deadline', '13:00', '--tz', 'Asia/Seoul'],
    ['status', '내보내기', '--from', day(1), '--until', day(3)],
  ],
};

for (const [name, commands] of Object.entries(SCREENS)) {
  test(`${name}: screens`, { skip: process.platform === 'win32' }, async (t) => {
    const cwd = await makeDays(t);
    const screens = new Map<number, string>();
    for (const columns of COLUMNS) {
      let text = '';
      for (const args of commands) {
        const { code, stdout, stderr } = await runHere(args, { cwd, columns });
        t.equal(stderr, '');
        const long = stdout
          .split('\n')
          .filter((line) => line.replaceAll(WIDE, '  ').length > columns);
        t.strictSame(long, [], `${args.join(' ')}: no line passes column ${columns}`);
        text += `$ hackle-import ${args.join(' ')}\n${stdout}exit code ${code}\n\n`;
      }
      screens.set(columns, text);
      const file = inPackage(`test/bin/golden/${name}-${columns}.txt`);
      if (process.env.UPDATE_EXPECTED) writeFileSync(file, text);
      t.equal(text, readFileSync(file, 'utf8'), `${columns} columns`);
    }
    const words = (columns: number): string[] => (screens.get(columns) ?? '').split(/\s+/);
    const whole = new Set(words(200));
    // A list takes the place of the calendar, and shortened values are no words.
    const isOther = (word: string): boolean => /…|^\d{4}-\d\d-\d\d$/.test(word);
    const pieces = words(40).filter((word) => !whole.has(word) && !isOther(word));
    t.strictSame(pieces, [], 'no word is cut');
  });
}

test('exit codes: 4 for faults, 1 where nothing can be looked at, 2 for wrong usage', async (t) => {
  const cwd = await makeDays(t);
  const code = async (...args: string[]): Promise<number | null> =>
    (await runHere(args, { cwd })).code;
  t.equal(await code('verify', '내보내기'), 4);
  t.equal(await code('verify', '내보내기', '--date', day(1)), 0);
  t.equal(
    await code('verify', '--deep', '내보내기', '--date', day(1)),
    0,
    'a share may be left out',
  );
  t.equal(await code('verify', 'nosuch'), 1);
  t.equal(await code('inspect', 'nosuch.parquet'), 1);
  t.equal(await code('verify'), 2);
  t.equal(await code('verify', '내보내기', '--deep=200%'), 2);
  t.equal(await code('verify', '내보내기', '--from', day(3), '--until', day(1)), 2);
  t.equal(await code('verify', `내보내기/dt=${day(1)}`, '--date', day(2)), 2);
  const years = ['--from', '2021-12-31', '--until', '2022-01-02'];
  const { stdout: calendar } = await runHere(['status', '내보내기', ...years], { cwd });
  t.match(calendar, /2021-12-31 – 2022-01-02 {2}no files/);
  const decade = await runHere(
    ['verify', '내보내기', '--from', '2014-01-01', '--until', '2023-12-31'],
    { cwd },
  );
  t.match(decade.stdout, /✗ 2014-01-01 – 2022-12-31 {2}3,287 days missing/);
  t.match(decade.stdout, /✗ 3,650 days with faults/);
  mkdirSync(join(cwd, 'empty'));
  if (process.platform !== 'win32') {
    symlinkSync(`dt=${day(9)}`, join(cwd, '내보내기', `dt=${day(9)}`));
    const circle = await runHere(['verify', '내보내기', '--date', day(9)], { cwd });
    t.equal(circle.code, 4);
    t.match(circle.stdout, /✗ cannot be read/);
    t.notMatch(circle.stdout, /Write it anew/);
  }
  t.equal(await code('verify', 'empty'), 1);
  t.equal(await code('status', '내보내기', '--tz', 'Nowhere'), 2);
  t.equal(await code('status', '내보내기', '--from', day(1), '--until', day(2)), 0);
  for (const name of ['verify', 'inspect', 'status']) t.equal(await code(name, '--help'), 0);
  const { stdout } = await runHere(['verify', '내보내기', '--json'], { cwd });
  t.match(JSON.parse(stdout), { ok: false, days: [{ day: day(1), verdict: 'sound' }] });
  const rows = await runHere(['inspect', FILE, '--rows', '1', '--json'], { cwd });
  t.match(JSON.parse(rows.stdout), {
    rows: [{ event_key: '구매', event_properties: { 상품: '가방 0' } }],
  });
  const state = await runHere(
    ['status', '내보내기', '--json', '--from', day(5), '--until', day(5)],
    { cwd },
  );
  t.match(JSON.parse(state.stdout), { ok: false, days: [{ state: 'missing', alarm: true }] });
});
