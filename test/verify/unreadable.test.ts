// Links to days, and days and files that cannot be read: the others are checked all the same.
import { chmodSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { readDay } from '../../lib/verify/read-day.ts';
import { status } from '../../lib/verify/status.ts';
import { verify } from '../../lib/verify/verify.ts';
import { tempFolder } from '../support/temp.ts';
import { DAY, NEXT, partName, usualFile, writeDay } from './days.ts';

const RANGE = { from: DAY, until: '2023-01-03' };
const LINKS = { skip: process.platform === 'win32' };
const MODES = { skip: process.platform === 'win32' || process.getuid?.() === 0 };

/** Three days that are sound. */
function makeDays(t: Test): string {
  const to = join(tempFolder(t), 'out');
  for (const day of [DAY, NEXT, RANGE.until]) writeDay(to, day, [usualFile(day, 0)]);
  return to;
}

test('a day may be a link to a folder elsewhere', LINKS, async (t) => {
  const to = makeDays(t);
  const disk = join(to, '..', 'disk2');
  mkdirSync(disk);
  renameSync(join(to, `dt=${NEXT}`), join(disk, 'day'));
  symlinkSync('../disk2/day', join(to, `dt=${NEXT}`));
  for (const range of [{}, RANGE, { from: NEXT, until: NEXT }]) {
    t.match(await verify(to, range), { ok: true });
  }
  const sound = { verdict: 'sound', events: 400 };
  t.match((await verify(to, { deep: true })).days, [sound, sound, sound]);
  const done = { state: 'done', events: 400 };
  t.match((await status(to, RANGE)).days, [done, done, done]);
});

test('a link to itself is a fault of its day only', LINKS, async (t) => {
  const to = makeDays(t);
  renameSync(join(to, `dt=${NEXT}`), join(to, 'away'));
  symlinkSync(`dt=${NEXT}`, join(to, `dt=${NEXT}`));
  await checkOthers(t, to, /symbolic links form a circle/);
  const read = readDay(join(to, `dt=${NEXT}`)).next();
  await t.rejects(read, { code: 'E_INPUT_READ', message: /links form a circle/ });
});

test('so is a file that is a link to itself', LINKS, async (t) => {
  const to = makeDays(t);
  symlinkSync('x.parquet', join(to, `dt=${NEXT}`, 'x.parquet'));
  await checkOthers(t, to, /symbolic links form a circle/);
});

for (const name of ['', partName(0)]) {
  test(`no permission for a ${name === '' ? 'day' : 'file'}`, MODES, async (t) => {
    const to = makeDays(t);
    const path = join(to, `dt=${NEXT}`, name);
    chmodSync(path, 0);
    t.teardown(() => {
      chmodSync(path, 0o700);
    });
    await checkOthers(t, to, /no permission/);
  });
}

async function checkOthers(t: Test, to: string, why: RegExp): Promise<void> {
  for (const deep of [false, true]) {
    const { ok, days } = await verify(to, { deep });
    t.equal(ok, false);
    t.match(
      days.map(({ verdict }) => verdict),
      ['sound', 'faulty', 'sound'],
    );
    t.match(days[1]?.findings, [{ code: 'unreadable', message: why }]);
    t.match(days[1]?.findings[0]?.message, /^cannot be read: /);
  }
  const found = await status(to, RANGE);
  t.equal(found.ok, false);
  const [first, second, third] = found.days;
  t.match([first, third], [{ state: 'done' }, { state: 'done' }]);
  t.match(second, { state: 'unreadable', alarm: true, problem: why });
}

test('a folder of days that cannot be read asks for read permission', MODES, async (t) => {
  const to = makeDays(t);
  chmodSync(to, 0);
  t.teardown(() => {
    chmodSync(to, 0o700);
  });
  const refused = { code: 'E_INPUT_READ', hint: 'give this user read permission there' };
  await t.rejects(verify(to), refused);
  await t.rejects(status(to, RANGE), refused);
});
