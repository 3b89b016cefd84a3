// What the flags about inputs, files and runs do, seen from outside.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import type { Report } from '../../lib/report.ts';
import { jsonOf, type run } from '../support/command.ts';
import { eventLine, eventsOfDays, ndjson } from '../support/events.ts';
import { days, parquetFiles, readDay, readFooter } from '../support/read-parquet.ts';
import { runHere } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';
import { convert } from './convert.ts';

const parts = (out: string, day = '2023-01-01'): string[] => parquetFiles(join(out, `dt=${day}`));

/** The codecs of all pages of a day. */
function codecs(out: string): string[] {
  const chunks = parts(out).flatMap((file) =>
    readFooter(file).row_groups.flatMap(({ columns }) => columns),
  );
  return [...new Set(chunks.map(({ meta_data }) => String(meta_data?.codec)))];
}

test('--compression and --compression-level', async (t) => {
  const events = eventsOfDays(2000, 1);
  for (const [codec, name] of [
    ['snappy', 'SNAPPY'],
    ['gzip', 'GZIP'],
    ['none', 'UNCOMPRESSED'],
  ] as const) {
    const { out } = await convert(t, events, '--compression', codec);
    t.strictSame(codecs(out), [name]);
    t.equal((await readDay(join(out, 'dt=2023-01-01'))).length, 2000, `DuckDB reads ${codec}`);
  }
  const size = async (level: string): Promise<number> => {
    const { report } = await convert(
      t,
      events,
      '--compression',
      'gzip',
      '--compression-level',
      level,
    );
    return report.partitions[0]?.files[0]?.bytes ?? 0;
  };
  t.ok((await size('1')) > (await size('9')), 'a higher level makes a smaller file');
});

test('--row-group-size and --file-size', async (t) => {
  // Five batches: what is open is looked at after each.
  const events = eventsOfDays(4000, 1, 1000);
  const groups = (out: string): number[] =>
    parts(out).map((file) => readFooter(file).row_groups.length);
  t.strictSame(groups((await convert(t, events)).out), [1]);
  const small = await convert(t, events, '--row-group-size', '64KiB');
  t.equal(parts(small.out).length, 1);
  t.ok((groups(small.out)[0] ?? 0) > 2, 'several row groups');
  const many = await convert(t, events, '--row-group-size', '64k', '--file-size', '20kB');
  t.ok(parts(many.out).length > 2, 'several files');
  t.equal(many.report.partitions[0]?.files.length, parts(many.out).length);
  t.strictSame(
    parts(many.out).map((file) => file.slice(-20)),
    parts(many.out).map((_, index) => `${String(index).padStart(12, '0')}.parquet`),
    'names of 12 digits, from 0, without a gap',
  );
});

test('--if-exists', async (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'one.ndjson'), ndjson({ id: 1 }));
  const two = ndjson({ id: 2 }, { id: 3, ts: '2023-01-02T00:00:00Z' });
  writeFileSync(join(folder, 'two.ndjson'), two);
  const into = (file: string, ...flags: string[]): ReturnType<typeof run> =>
    runHere([file, '--to', 'out', '--json', ...flags], { cwd: folder });
  const ids = async (day: string): Promise<string[]> =>
    (await readDay(join(folder, 'out', `dt=${day}`))).map((row) => row.insert_id.slice(-1));

  t.equal((await into('one.ndjson')).code, 0);
  for (const flags of [[], ['--if-exists', 'fail']]) {
    const { code, stderr } = await into('two.ndjson', ...flags);
    t.equal(code, 1);
    t.match(JSON.parse(stderr), { error: { code: 'E_DAY_COMPLETE', message: /2023-01-01/ } });
    t.strictSame(await ids('2023-01-01'), ['1'], 'the complete day is as it was');
    t.notOk(existsSync(join(folder, 'out', 'dt=2023-01-02', '_SUCCESS')), 'nor is any other done');
  }
  const skipped = jsonOf<Report>(await into('two.ndjson', '--if-exists', 'skip'));
  t.match(skipped, { status: 'committed', rowsIn: 2, rowsWritten: 1, rowsFiltered: 1 });
  t.match(skipped.partitions, [
    { day: '2023-01-01', rows: 0, success: false, skipped: true },
    { day: '2023-01-02', rows: 1, success: true },
  ]);
  t.strictSame([await ids('2023-01-01'), await ids('2023-01-02')], [['1'], ['3']]);
  t.equal((await into('two.ndjson', '--if-exists', 'replace')).code, 0);
  t.strictSame([await ids('2023-01-01'), await ids('2023-01-02')], [['2'], ['3']]);
});

test('--memory is taken', async (t) => {
  const { report } = await convert(t, eventsOfDays(1000, 50), '--memory', '64MiB');
  t.equal(report.rowsWritten, 1000);
  t.equal(report.partitions.length, 50);
});

test('--dry-run does everything but writing', async (t) => {
  const { code, report, out } = await convert(t, eventsOfDays(300, 3), '--dry-run');
  t.equal(code, 0);
  t.match(report, { status: 'dry-run', rowsIn: 300, rowsWritten: 300 });
  t.strictSame(
    report.partitions.map(({ rows, success }) => [rows, success]),
    [
      [100, false],
      [100, false],
      [100, false],
    ],
  );
  t.notOk(existsSync(out), 'not even the folder');
  const bad = await convert(t, '{}\n', '--dry-run');
  t.equal(bad.code, 3, 'rejects over the budget are told all the same');
  t.notOk(existsSync(bad.out));
});

test('several inputs, patterns and gzip, in the order given', async (t) => {
  const folder = tempFolder(t);
  const write = (name: string, ...ids: number[]): void => {
    const text = ndjson(...ids.map((id) => ({ id })));
    writeFileSync(join(folder, name), name.endsWith('gz') ? gzipSync(text) : text);
  };
  write('c.ndjson', 1, 2);
  write('b-2.ndjson.gz', 4);
  write('b-1.ndjson.gz', 3);
  write('gzip-without-a-name', 9);
  writeFileSync(join(folder, 'gzip-without-a-name'), gzipSync(ndjson({ id: 5 })));
  const inputs = ['c.ndjson', 'b-*.gz', 'gzip-without-a-name'];
  const outcome = await runHere([...inputs, '--to', 'out', '--json'], { cwd: folder });
  t.equal(outcome.code, 0);
  const rows = await readDay(join(folder, 'out', 'dt=2023-01-01'));
  t.equal(rows.map((row) => row.insert_id.slice(-1)).join(''), '12345');
  const bytes = jsonOf<Report>(outcome).bytesIn;
  t.equal(bytes, 5 * (eventLine().length + 1), 'bytesIn counts uncompressed bytes');
});

test('--json prints the whole report as one line on stdout, and nothing else', async (t) => {
  const days = ['2022-12-31', '2023-01-01', '2023-01-01', '2023-01-01', '2023-01-02'];
  const lines = days.map((day, id) => ({ id, ts: `${day}T12:00:00Z` }));
  const folder = tempFolder(t);
  const input = `${ndjson(...lines, { id: 6, properties: { A: 1, a: 2, n: null } })}{"bad\n`;
  writeFileSync(join(folder, 'in.ndjson'), input);
  const flags = ['--json', '--max-rejects', '1', '--until', '2023-01-01', '--to', 'out'];
  const { code, stdout, stderr } = await runHere(['in.ndjson', ...flags], { cwd: folder });
  t.equal(code, 0);
  t.equal(stderr, '');
  t.match(stdout, /^\{[^\n]*\}\n$/);
  const report = JSON.parse(stdout) as Report;
  const file = (day: string, rows: number, first: string): object => {
    const name = '000000000000.parquet';
    const bytes = readFileSync(join(folder, 'out', `dt=${day}`, name)).length;
    const times = { first: `${day}T${first}Z`, last: `${day}T12:00:00.000Z` };
    return { day, rows, ...times, files: [{ name, rows, bytes }], success: true };
  };
  t.ok(report.seconds >= 0);
  t.strictSame(
    { ...report, seconds: 0 },
    {
      status: 'committed',
      rowsIn: 7,
      rowsWritten: 5,
      rowsRejected: 1,
      rowsFiltered: 1,
      bytesIn: Buffer.byteLength(input),
      seconds: 0,
      partitions: [file('2022-12-31', 1, '12:00:00.000'), file('2023-01-01', 4, '00:01:02.333')],
      filtered: { excluded_by_days: 1 },
      rejects: { invalid_json: 1 },
      warnings: { duplicate_key: 1, null_dropped: 1 },
      ignoredFields: {},
    },
  );
});
test('--allow-empty gives days without an event a _SUCCESS', async (t) => {
  const flags = ['--from', '2023-01-01', '--until', '2023-01-03', '--allow-empty'];
  const { code, out, report } = await convert(t, ndjson({}), ...flags);
  t.equal(code, 0);
  t.strictSame(days(out), ['2023-01-01', '2023-01-02', '2023-01-03']);
  t.strictSame(readdirSync(join(out, 'dt=2023-01-02')), ['_SUCCESS']);
  t.strictSame(
    report.partitions.map(({ rows, success }) => [rows, success]),
    [
      [1, true],
      [0, true],
      [0, true],
    ],
  );
});
