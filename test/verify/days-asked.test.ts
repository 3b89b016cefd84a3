// Which days verify and status look at, and what they refuse.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { inspect } from '../../lib/verify/inspect.ts';
import { readDay } from '../../lib/verify/read-day.ts';
import { status } from '../../lib/verify/status.ts';
import { verify } from '../../lib/verify/verify.ts';
import { tempFolder } from '../support/temp.ts';
import { DAY, edit, editFooter, partName, usualFile, writeDay } from './days.ts';

/** The number of the codec in the format. */
const LZ4_RAW = 7;

test('options are checked', async (t) => {
  await t.rejects(verify('out', { deep: '0%' }), {
    code: 'E_USAGE',
    message: /verify\.deep: expected/,
  });
  await t.rejects(verify('out', { deep: '101%' }), { code: 'E_USAGE' });
  await t.rejects(verify('out', { until: '2023-02-30' }), { code: 'E_USAGE' });
  await t.rejects(inspect('out/x', { rows: -1 }), { code: 'E_USAGE', message: /inspect\.rows/ });
  await t.rejects(status('out', { deadline: '24:00' }), {
    code: 'E_USAGE',
    message: /status\.deadline/,
  });
  await t.rejects(status('out', { tz: 'Seoul' }), { code: 'E_USAGE', message: /status\.tz/ });
  await t.rejects(status('out', { month: '2023-13' }), {
    code: 'E_USAGE',
    message: /status\.month/,
  });
  await t.rejects(status('out', { month: '2023-01', from: '2023-01-01' }), { code: 'E_USAGE' });
  const backwards = { from: '2023-01-03', until: '2023-01-01' };
  const order = {
    code: 'E_USAGE',
    message: /expected a day not before 2023-01-03, got 2023-01-01/,
  };
  await t.rejects(verify('out', backwards), order);
  await t.rejects(status('out', backwards), order);
  const both = { code: 'E_USAGE', message: /got dt=2023-01-01 and 2023-01-02/ };
  const other = { from: '2023-01-02', until: '2023-01-02' };
  await t.rejects(verify('out/dt=2023-01-01', other), both);
  await t.rejects(status('out/dt=2023-01-01', other), both);
  await t.rejects(status('out/dt=2023-01-01', { month: '2023-02' }), { code: 'E_USAGE' });
  await t.rejects(status('out', { from: '2021-01-31', until: '2023-01-01' }), {
    code: 'E_USAGE',
    message: /at most 24 months, got 2021-01-31 – 2023-01-01, which are of 25/,
  });
});

test('a calendar of the year 1, and one of 24 months', async (t) => {
  const to = tempFolder(t);
  writeDay(to, '0001-01-01', [usualFile(DAY, 0)]);
  const { days } = await status(to, { month: '0001-01' });
  t.strictSame(
    [days.length, days[0]?.day, days[0]?.state, days.at(-1)?.day],
    [31, '0001-01-01', 'done', '0001-01-31'],
  );
  const long = await status(to, { from: '2021-02-01', until: '2023-01-31' });
  t.equal(long.days.length, 730);
});

test('more than 1,000 missing days are ranges', async (t) => {
  const to = tempFolder(t);
  for (const day of ['0001-01-01', '9999-12-31']) writeDay(to, day, [usualFile(DAY, 0)]);
  const gap = { from: '0001-01-02', until: '9999-12-30', count: 3_652_057, verdict: 'odd' };
  const found = await verify(to);
  t.strictSame(found.gaps, [gap]);
  t.strictSame(
    found.days.map(({ day }) => day),
    ['0001-01-01', '9999-12-31'],
  );
  const asked = await verify(to, { from: '0001-01-01', until: '9999-12-30' });
  t.strictSame([asked.ok, asked.gaps], [false, [{ ...gap, verdict: 'missing' }]]);
  const none = await verify(to, { from: '2000-01-01', until: '2009-12-31' });
  t.match([none.ok, none.gaps], [false, [{ count: 3653, verdict: 'missing' }]]);
  const few = await verify(to, { from: '2000-01-01', until: '2002-09-26' });
  t.strictSame([few.days.length, few.gaps], [1000, []]);
});

test('a place that cannot be looked at is named as what it is', async (t) => {
  const to = tempFolder(t);
  writeDay(to, DAY, [usualFile(DAY, 0)]);
  mkdirSync(join(to, 'empty'));
  writeFileSync(join(to, 'file'), 'x');
  for (const place of ['', 'a\0b']) {
    const error = { code: 'E_USAGE', message: /^expected a folder or file to look at/ };
    await t.rejects(verify(place), error);
    await t.rejects(inspect(place), error);
  }
  const folder = { code: 'E_INPUT_FORMAT', message: /it is a folder/ };
  for (const name of ['empty', `dt=${DAY}`, `dt=${DAY}/`]) {
    await t.rejects(inspect(join(to, name)), folder, name);
  }
  await t.rejects(inspect(to), folder);
  await t.rejects(inspect(join(to, `dt=${DAY}`, 'nosuch')), { message: /there is no such file/ });
  const nowhere = { code: 'E_INPUT_NOT_FOUND', message: /nosuch: there is no such folder/ };
  await t.rejects(status(join(to, 'nosuch')), nowhere);
  await t.rejects(verify(join(to, 'nosuch')), nowhere);
  await t.rejects(status(join(to, 'file')), { code: 'E_INPUT_READ', message: /is a file/ });
  t.match(await status(join(to, 'empty'), { from: DAY, until: DAY }), {
    days: [{ state: 'missing' }],
  });
});

test('a codec whose values cannot be read, and a damaged footer, are named as such', async (t) => {
  const to = tempFolder(t);
  writeDay(to, DAY, [usualFile(DAY, 0), usualFile(DAY, 1)]);
  const file = join(to, `dt=${DAY}`, partName(0));
  editFooter(file, (metadata) => {
    for (const { columns } of metadata.row_groups) {
      for (const { meta_data } of columns) if (meta_data) meta_data.codec = LZ4_RAW;
    }
  });
  t.match(await inspect(file), { codecs: ['LZ4_RAW'] });
  await t.rejects(inspect(file, { rows: 1 }), {
    code: 'E_UNSUPPORTED',
    message: /000000000000\.parquet: expected values in .*BROTLI.*, got LZ4_RAW$/,
  });
  await t.rejects(readDay(join(to, `dt=${DAY}`)).next(), {
    code: 'E_UNSUPPORTED',
    message: /got LZ4_RAW$/,
  });
  const damaged = join(to, `dt=${DAY}`, partName(1));
  edit(damaged, (bytes) => {
    const length = bytes.readUInt32LE(bytes.length - 8);
    bytes.fill(0, bytes.length - 8 - length, bytes.length - 8);
  });
  const { days } = await verify(to);
  const footer = /^the footer cannot be read: it is damaged$/;
  t.ok(days[0]?.findings.some(({ code, message }) => code === 'footer' && footer.test(message)));
  await t.rejects(inspect(damaged), {
    code: 'E_INPUT_FORMAT',
    message: /the footer cannot be read: it is damaged$/,
  });
});
