// A complete day is not replaced by fewer events unless that was asked for.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { Report } from '../../lib/report.ts';
import { GcsServer } from '../servers/gcs-server.ts';
import { optionsFor, startS3, urlOf, useToolCredentials } from '../servers/s3-support.ts';
import { eventsOfDays } from '../support/events.ts';
import { filesIn, namesIn } from '../support/folders.ts';
import { tempFolder } from '../support/temp.ts';

useToolCredentials();

const DAY = 'dt=2023-01-01';

/** Converts so many events, spread evenly over days. */
function write(
  to: string,
  [events, days]: readonly [events: number, days: number],
  options: Partial<ConvertOptions> = {},
): Promise<Report> {
  const inputs = [Readable.from([eventsOfDays(events, days)])];
  return convert({ inputs, to, threads: 0, ifExists: 'replace', ...options });
}

t.test('fewer events are refused before any day changes', async (t) => {
  const out = tempFolder(t);
  await write(out, [3000, 2]);
  const before = filesIn(out);
  // The first day grows, the second shrinks, the third is new.
  const lines = eventsOfDays(6000, 3).split('\n');
  const text = lines.filter((_, index) => index % 3 !== 1 || index < 300).join('\n');
  await t.rejects(convert({ inputs: [Readable.from([text])], to: out, ifExists: 'replace' }), {
    code: 'E_DAY_SHRINKS',
    message: /2023-01-02 has 1,500 events in .*, and this run only 100; nothing was changed there/,
    hint: /--allow-shrink/,
    incompleteDays: ['2023-01-03'],
  });
  t.strictSame(filesIn(out), before, 'nothing staged is left');
  t.notOk(existsSync(join(out, 'dt=2023-01-03')));
});

t.test('as many events, more events, and fewer where that is allowed', async (t) => {
  const out = tempFolder(t);
  for (const [events, options] of [
    [2000, {}],
    [2000, {}],
    [2001, {}],
    [1000, { allowShrink: true }],
    [1000, { ifExists: 'skip' }],
  ] as const) {
    t.match(await write(out, [events, 1], options), { status: 'committed' });
  }
  await t.rejects(write(out, [999, 1]), { message: /1,000 events .* only 999/ });
  await t.rejects(write(out, [999, 1], { dryRun: true }), { code: 'E_DAY_SHRINKS' });
});

t.test('a day that is complete says how many events it has', async (t) => {
  const out = tempFolder(t);
  await write(out, [1234, 1]);
  await t.rejects(write(out, [1, 1], { ifExists: 'fail' }), {
    code: 'E_DAY_COMPLETE',
    message:
      /^2023-01-01 is complete already with 1,234 events, and this run has read 1 of that day so far: /,
  });
});

t.test('all files of a day count, however large their footers are', async (t) => {
  const out = tempFolder(t);
  await write(out, [3000, 1], { rowGroupSize: 2000, memory: 64 << 20 });
  await write(join(out, 'other'), [500, 1]);
  const [file = ''] = namesIn(join(out, 'other', DAY));
  mkdirSync(join(out, DAY, 'sub'));
  writeFileSync(
    join(out, DAY, 'sub', 'part-0.parquet'),
    readFileSync(join(out, 'other', DAY, file)),
  );
  await t.rejects(write(out, [3499, 1]), { message: /3,500 events .* only 3,499/ });
});

t.test('what is no Parquet file counts as no event', async (t) => {
  for (const bytes of ['', 'PAR1', 'PAR1xxxx\x05\x00\x00\x00PAR1', 'PAR1\xff\xff\xff\x7fPAR1']) {
    const out = tempFolder(t);
    mkdirSync(join(out, DAY));
    writeFileSync(join(out, DAY, '0.parquet'), Buffer.from(bytes, 'latin1'));
    writeFileSync(join(out, DAY, '_SUCCESS'), '');
    await t.rejects(write(out, [1, 1], { ifExists: 'fail' }), {
      message: /complete already, and this run has read 1 of that day so far: /,
    });
    t.match(await write(out, [1, 1]), { status: 'committed' });
  }
});

t.test('in a bucket too', async (t) => {
  const s3 = await startS3(t);
  const gcs = await GcsServer.start(t);
  for (const [to, store, contents] of [
    [urlOf(s3), optionsFor(s3.endpoint), () => [...s3.bucket.objects]],
    ['gs://bucket/a', { gcs: { endpoint: gcs.endpoint } }, () => [...gcs.bucket.objects]],
  ] as const) {
    await write(to, [2000, 2], { store });
    const before = contents();
    await t.rejects(write(to, [1900, 2], { store }), { message: /1,000 events .* only 950/ });
    t.strictSame(contents(), before);
    await t.rejects(write(to, [1, 1], { store, ifExists: 'fail' }), {
      message: /with 1,000 events/,
    });
    t.match(await write(to, [1900, 2], { store, allowShrink: true }), { status: 'committed' });
    t.notOk(contents().some(([name]) => name.includes('_hackle')));
  }
});
