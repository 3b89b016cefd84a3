// What a person reads: the summary, the progress line, numbers, foreign text, errors.
import { test } from 'tap';
import { absoluteDay } from '../../bin/days.ts';
import { exitCodeOf, failureJson, failureText } from '../../bin/failure.ts';
import { ProgressLine, progressText } from '../../bin/progress.ts';
import { styleFor } from '../../bin/style.ts';
import { mappingPlaceOf, type SummaryContext, summary } from '../../bin/summary.ts';
import { count, duration, plural, printable, short, size } from '../../bin/text.ts';
import { ImportError } from '../../lib/errors.ts';
import { budget } from '../../lib/options/kinds.ts';
import { parseSize } from '../../lib/options/size.ts';
import type { PartitionReport, Report, Shortfall } from '../../lib/report.ts';

const plain = styleFor({ isTTY: false }, true, {});

function dayReport(
  day: string,
  rows: number,
  change: Partial<PartitionReport> = {},
): PartitionReport {
  const files = rows === 0 ? [] : [{ name: '000000000000.parquet', rows, bytes: rows * 100 }];
  return { day, rows, files, success: true, ...change };
}

function told(report: Partial<Report>, context: Partial<SummaryContext> = {}): string[] {
  const whole: Report = {
    status: 'committed',
    rowsIn: 3,
    rowsWritten: 3,
    rowsRejected: 0,
    rowsFiltered: 0,
    bytesIn: 3000,
    seconds: 0.25,
    partitions: [],
    filtered: {},
    rejects: {},
    warnings: {},
    ignoredFields: {},
    ...report,
  };
  const given = { to: 'out', maxRejects: 0, examples: new Map(), rejectsPath: undefined };
  return summary(whole, { ...given, style: plain, ...context }).split('\n');
}

test('a day, and several with their sum', (t) => {
  t.strictSame(told({ partitions: [dayReport('2023-01-01', 3)] }), [
    'Done: 3 events in 1 day committed to out. 3.00 kB in 0.3 s',
    '  dt=2023-01-01  3 events  1 file  300 bytes  ✓ committed',
    '',
  ]);
  const partitions = [dayReport('2023-01-01', 1), dayReport('2023-01-02', 1234)];
  t.strictSame(told({ rowsIn: 1235, rowsWritten: 1235, seconds: 2, partitions }), [
    'Done: 1,235 events in 2 days committed to out. 3.00 kB in 2.0 s, 1.50 kB/s, 618 events/s',
    '  dt=2023-01-01       1 event   1 file  100 bytes  ✓ committed',
    '  dt=2023-01-02  1,234 events   1 file     123 kB  ✓ committed',
    '  2 days         1,235 events  2 files     124 kB',
    '',
  ]);
  t.end();
});

test('of hundreds of days the first and the last', (t) => {
  const partitions = Array.from({ length: 400 }, (_, day) =>
    dayReport(new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10), 1),
  );
  const lines = told({ rowsIn: 400, rowsWritten: 400, partitions });
  t.equal(lines.length, 1 + 10 + 1 + 3 + 1 + 1);
  t.match(lines[10], /dt=2023-01-10/);
  t.equal(lines[11], '  … 387 days more (--json: all)');
  t.match(lines[14], /dt=2024-02-04/);
  t.match(lines[15], /^ {2}400 days +400 events +400 files/);
  t.end();
});

test('what stood in a day before and is gone', (t) => {
  const removed = ['a', 'b', 'c', 'd'].map((name) => `${name}.parquet`);
  const partitions = [
    dayReport('2023-01-01', 1, { removed }),
    dayReport('2023-01-02', 2, { removed: ['x.parquet', 'sub/y.parquet'] }),
  ];
  const names =
    'dt=2023-01-01/a.parquet, dt=2023-01-01/b.parquet, dt=2023-01-01/c.parquet, dt=2023-01-01/d.parquet, dt=2023-01-02/x.parquet and 1 more';
  t.equal(told({ partitions }).at(-2), `Removed, since this run did not write them: ${names}`);
  t.match(
    told({ status: 'dry-run', partitions }, { dryRun: true }).at(-2),
    /^Would be removed, since/,
  );
  t.end();
});

test('what was not done, and why', (t) => {
  const open = { files: [], success: false };
  t.strictSame(
    told({
      status: 'rejected',
      rowsWritten: 2,
      rowsRejected: 1,
      rejects: { ts_missing: 1 },
      partitions: [dayReport('2023-01-01', 2, open)],
    }).slice(0, 5),
    [
      'Nothing committed: 1 of 3 events rejected, 0 allowed (--max-rejects). 3.00 kB in 0.3 s',
      '  dt=2023-01-01  2 events  not committed, no _SUCCESS',
      '3 events read: 2 good, 1 rejected',
      'Rejected:',
      '  1 × no ts (ts_missing)',
    ],
  );
  t.match(told({ status: 'dry-run', partitions: [dayReport('2023-01-01', 3, open)] }), [
    /^Dry run: 3 events would go to out; nothing was written/,
    /not written: dry run$/,
  ]);
  t.match(told({ rowsIn: 0, rowsWritten: 0 })[0], /^Done: the input has no events/);
  t.strictSame(
    told({ rowsWritten: 0, rowsFiltered: 3, filtered: { excluded_by_days: 3 } }).slice(0, 2),
    [
      'Nothing to commit: all 3 events were left out. 3.00 kB in 0.3 s',
      '3 events read: 0 written, 3 left out (of days not asked for)',
    ],
  );
  const skipped = dayReport('2023-01-01', 0, { success: false, skipped: true });
  const complete = { rowsFiltered: 3, filtered: { day_complete: 3 } };
  t.match(told({ rowsWritten: 0, ...complete, partitions: [skipped] }), [
    /nothing to commit/,
    /dt=2023-01-01 {2}skipped: it was complete before/,
    /complete before\)$/,
  ]);
  t.end();
});

test('a dry run whose rejects would forbid the commit', (t) => {
  const partitions = [dayReport('2023-01-01', 2, { files: [], success: false })];
  const report = { status: 'rejected', rowsWritten: 2, rowsRejected: 1, partitions } as const;
  t.strictSame(told(report, { dryRun: true }).slice(0, 2), [
    'Dry run, nothing would be committed: 1 of 3 events rejected, 0 allowed (--max-rejects). 3.00 kB in 0.3 s',
    '  dt=2023-01-01  2 events  not written: dry run',
  ]);
  t.end();
});

/** The lines of a run that lacks events. */
function lacking(
  shortfall: Partial<Shortfall>,
  report: Partial<Report> = {},
  context: Partial<SummaryContext> = {},
): string[] {
  const none = { expected: 1, events: 0, days: {}, otherDays: {}, otherKeys: [] };
  const lines = told(
    { status: 'empty', rowsWritten: 0, ...report, shortfall: { ...none, ...shortfall } },
    context,
  );
  return lines.map((line) => line.replace(/\. 3\.00 kB in .*/, ''));
}

test('events that were missing, and what was there instead', (t) => {
  const days = { '2023-01-05': 0, '2023-01-06': 0 };
  const otherDays = { '2023-01-01': 1234, '2023-01-02': 1 };
  t.strictSame(lacking({ days, otherDays }), [
    'Nothing committed: no events of 2023-01-05, 2023-01-06',
    'Events of other days: 2023-01-01 (1,234), 2023-01-02 (1)',
    'If that is right, --allow-empty says so.',
    '',
  ]);
  const many = Object.fromEntries('1234567'.split('').map((n) => [`2023-01-0${n}`, 0]));
  t.equal(
    lacking({ days: many }, {}, { dryRun: true })[0],
    'Dry run, nothing would be committed: no events of 2023-01-01, 2023-01-02, 2023-01-03, 2023-01-04, 2023-01-05 and 2 days more',
  );
  const otherKeys = ['view_item', 'purchase', 'a\u001bb'];
  t.strictSame(lacking({ otherKeys }, {}, { where: ['purchas,!view', 'vew_item'] }), [
    'Nothing committed: none of 3 events was left',
    'Event keys that --where left out: view_item, purchase, a\\u001bb. Did you mean purchase and view_item?',
    'If that is right, --allow-empty says so.',
    '',
  ]);
  t.equal(lacking({}, { rowsIn: 0 })[0], 'Nothing committed: the input has no events');
  t.end();
});

test('too few events, with both numbers', (t) => {
  const status = 'too-few';
  t.strictSame(lacking({ expected: 1000, events: 3 }, { status, rowsWritten: 3 }), [
    'Nothing committed: only 3 events, at least 1,000 expected (--min-events)',
    '',
  ]);
  const days = { '2023-01-01': 3, '2023-01-02': 999 };
  t.equal(
    lacking({ expected: 1000, events: 2002, days }, { status })[0],
    'Nothing committed: 3 of 2023-01-01, 999 of 2023-01-02, at least 1,000 expected (--min-events)',
  );
  t.end();
});

test('what left events out, and what made more of them', (t) => {
  const filtered = { dropped_by_transform: 1, duplicate_insert_id: 1200 };
  t.equal(
    told({ rowsIn: 1203, rowsWritten: 2, rowsFiltered: 1201, filtered }, { transformed: true })[1],
    '1,203 events read or made by the transform: 2 written, 1,201 left out (1,200 with an insert_id that came before on their day, 1 dropped by the transform)',
  );
  t.end();
});

test('another name of a field is told where the mapping stands', (t) => {
  const options = { inputs: [], to: 'out' };
  const todo = (change: object): string | undefined =>
    told(
      { status: 'rejected', rowsRejected: 1, rejects: { ts_missing: 1 } },
      { mappingPlace: mappingPlaceOf({ ...options, ...change }) },
    ).find((line) => line.includes('another name'));
  const say = '    If the field has another name, say so';
  t.equal(todo({}), `${say} in a mapping (--mapping).`);
  t.equal(todo({ mapping: 'm.json' }), `${say} in m.json.`);
  t.equal(
    todo({ preset: 'segment' }),
    `${say} in a copy of the preset (hackle-import presets segment).`,
  );
  t.end();
});

test('foreign text cannot reach a terminal as commands', (t) => {
  const [, , line] = told({ ignoredFields: { '\x1b[2J\u202e': 2 } }).toReversed();
  t.notMatch(line ?? '', '\x1b');
  t.equal(printable('a\x1b[31mb\n\u009b\u2066'), 'a\\u001b[31mb\\u000a\\u009b\\u2066');
  t.equal(printable('x'.repeat(301)).length, 301);
  t.end();
});

test('numbers, sizes and times', (t) => {
  t.strictSame([0, 999, 1000, 1234567].map(count), ['0', '999', '1,000', '1,234,567']);
  t.strictSame([plural(1, 'day'), plural(0, 'day')], ['1 day', '0 days']);
  t.strictSame([1, 982, 999.5, 99_960, 1_210_000_000, 5e15].map(size), [
    '1 byte',
    '982 bytes',
    '1.00 kB',
    '100 kB',
    '1.21 GB',
    '5000 TB',
  ]);
  t.strictSame([312_000, 12].map(short), ['312k', '12']);
  t.strictSame([0.04, 59.96, 65, 7260].map(duration), ['0.0 s', '1:00', '1:05', '2:01:00']);
  t.end();
});

test('values of flags', (t) => {
  const sizes = ['1', '64MiB', '64m', '1.5k', '2 GB', '1gib'].map(parseSize);
  t.strictSame(sizes, [1, 64 << 20, 64 << 20, 1536, 2e9, 2 ** 30]);
  const budgets = ['100', '0.1%'].map((text) => budget.flag?.read(text, undefined));
  t.strictSame(budgets, [100, '0.1%']);
  // Midnight in Seoul is 15:00 the day before in UTC; the last of March 2024 has 23 hours in Berlin.
  const day = (text: string, zone: string, now: string): string =>
    absoluteDay(text, zone, Date.parse(now));
  t.equal(day('today', 'UTC', '2023-01-01T15:00:00Z'), '2023-01-01');
  t.equal(day('today', 'Asia/Seoul', '2023-01-01T14:59:59Z'), '2023-01-01');
  t.equal(day('today', 'Asia/Seoul', '2023-01-01T15:00:00Z'), '2023-01-02');
  t.equal(day('yesterday', 'UTC', '2024-03-01T00:00:00Z'), '2024-02-29');
  t.equal(day('yesterday', 'Europe/Berlin', '2024-04-01T00:30:00+02:00'), '2024-03-31');
  t.equal(day('2024-02-29', 'UTC', '2023-01-01T00:00:00Z'), '2024-02-29');
  t.end();
});

test('the progress line', (t) => {
  const progress = {
    bytesRead: 412e6,
    bytesTotal: 1.05e9,
    bytesIn: 412e6,
    rowsIn: 550_000,
    rowsRejected: 3,
    rowsFiltered: 7,
    rowsWritten: 90_000,
    daysCommitted: 0,
    daysToCommit: undefined,
    retrying: undefined,
    seconds: 2,
  };
  const text = ' 39%  412 MB of 1.05 GB  206 MB/s  275k events/s  3.1 s left  3 rejects';
  t.equal(progressText(progress), text);
  t.equal(
    progressText({ ...progress, bytesTotal: undefined, rowsRejected: 0 }),
    '412 MB  206 MB/s  275k events/s',
  );
  t.equal(
    progressText({ ...progress, bytesRead: 1.05e9, rowsRejected: 0 }),
    '100%  1.05 GB of 1.05 GB  206 MB/s  275k events/s  460k events to be written',
  );
  const all = { bytesRead: 1.05e9, rowsRejected: 0, rowsWritten: 549_993 };
  t.equal(
    progressText({ ...progress, ...all, daysCommitted: 12, daysToCommit: 400 }),
    '100%  1.05 GB of 1.05 GB  206 MB/s  275k events/s  12 of 400 days committed',
  );
  const retrying = { reason: 'ECONNREFUSED', attempts: 5, wait: 4123 };
  t.equal(
    progressText({ ...progress, retrying }),
    ' 39%  412 MB of 1.05 GB  cloud: ECONNREFUSED, attempt 6 in 4.1 s',
  );

  const written: string[] = [];
  const line = new ProgressLine({
    columns: 30,
    write: (chunk: string | Uint8Array) => written.push(String(chunk)) > 0,
  });
  line.update(progress, 1000);
  line.update(progress, 1050);
  t.strictSame(
    written,
    [`\r\x1b[2K${text.slice(0, 29)}`],
    'not wider than the terminal, not too often',
  );
  line.clear();
  line.clear();
  t.strictSame(written.slice(1), ['\r\x1b[2K']);
  t.end();
});

test('errors for people and for scripts', (t) => {
  const error = new ImportError('E_INPUT_FORMAT', 'expected this, got that', {
    hint: 'Do so.',
    position: { source: 'a.ndjson', line: 3, offset: 100 },
  });
  error.incompleteDays = Array.from({ length: 12 }, (_, day) => `2023-01-${day + 10}`);
  t.equal(
    failureText(error, plain, false),
    `hackle-import: error: expected this, got that
  at a.ndjson, line 3, byte 100
  Not complete, without _SUCCESS: ${error.incompleteDays.slice(0, 10).join(', ')} and 2 more
  Do so.
`,
  );
  t.match(failureText(error, plain, true), /\n {4}at /, 'with a stack');
  const position = { source: 'a.json', line: 3, offset: 100 };
  const placed = new ImportError('E_INPUT_FORMAT', 'a.json, line 3, byte 100: cut off', {
    position,
  });
  t.equal(
    failureText(placed, plain, false),
    'hackle-import: error: a.json, line 3, byte 100: cut off\n',
    'a place is told once',
  );
  t.equal(
    failureText(
      new ImportError('E_MAPPING', 'm has 2 problems:\n  ts: \n\x1b[2J\n  b'),
      plain,
      false,
    ),
    'hackle-import: error: m has 2 problems:\n  ts: \\u000a\\u001b[2J\n  b\n',
    'of several problems each has its line',
  );
  t.match(JSON.parse(failureJson(error)), {
    error: { code: 'E_INPUT_FORMAT', message: 'expected this, got that', hint: 'Do so.' },
  });
  t.match(failureText(new Error('oops'), plain, false), /This is a defect of this program/);
  const codes = ['E_USAGE', 'E_STORE_WRITE'] as const;
  t.strictSame(
    codes.map((code) => exitCodeOf(new ImportError(code, ''))),
    [2, 1],
  );
  t.equal(exitCodeOf(new Error('oops')), 1);
  t.end();
});

test('colours only where they are wanted', (t) => {
  const colors = (isTTY: boolean, wanted: boolean, env: Record<string, string>): boolean =>
    styleFor({ isTTY }, wanted, env).isColorSupported;
  t.ok(colors(true, true, {}));
  t.notOk(colors(false, true, {}), 'no terminal');
  t.notOk(colors(true, false, {}), '--no-color');
  t.notOk(colors(true, true, { NO_COLOR: '1' }));
  t.ok(colors(true, true, { NO_COLOR: '' }));
  t.notOk(colors(true, true, { TERM: 'dumb' }));
  t.end();
});
