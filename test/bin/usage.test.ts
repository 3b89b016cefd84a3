// Wrong usage: exit code 2, what was expected and what came, and nothing done.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { inPackage } from '../support/command.ts';
import { runHere as run } from '../support/run-here.ts';
import { tempFolder } from '../support/temp.ts';

const EVENTS = inPackage('samples/events.ndjson');

/** Flags after `INPUT --to out`, and what the message has to say. */
const WRONG: readonly [args: string[], said: RegExp][] = [
  [['--to'], /--to/],
  [['--to', ''], /--to: expected a value, got an empty one/],
  [['--no-such-flag'], /unknown option '--no-such-flag'/],
  [['--too', 'out'], /unknown option '--too', did you mean --to\? All options/],
  [['--if-exists', 'maybe'], /--if-exists: expected one of fail, skip, replace, got "maybe"/],
  [['--compression', 'lzo'], /--compression: expected one of snappy, zstd, gzip, none, got "lzo"/],
  [
    ['--compression', 'gzip', '--compression-level', '10'],
    /--compression-level: expected a whole number from 1 to 9 for gzip, got 10/,
  ],
  [['--compression', 'zstd', '--compression-level', '23'], /from 1 to 22, got "23"/],
  [['--compression', 'zstd', '--compression-level', 'x'], /whole number from 1 to 22, got "x"/],
  [['--dedupe-memory', '8MiB'], /--dedupe-memory: expected --dedupe with it, got none/],
  [['--endpoint', 'http://localhost:1'], /--endpoint: expected an s3:\/\/ or gs:\/\/ URL/],
  [['--path-style'], /--path-style: expected an s3:\/\/ or gs:\/\/ URL/],
  [['--compression-level', '3'], /expected --compression zstd or gzip .* got snappy/],
  [['--row-group-size', '0'], /--row-group-size: expected a size .* got "0"/],
  [['--row-group-size', '-1'], /--row-group-size: expected a size .* got "-1"/],
  [['--file-size', '12 parsecs'], /--file-size: expected a size .* got "12 parsecs"/],
  [['--max-line', '1e6'], /--max-line: expected a size .* got "1e6"/],
  [
    ['--max-line', '4GiB'],
    /--max-line: expected a size from 1 byte to 24MiB, such as .* got "4GiB"/,
  ],
  [['--memory', 'much'], /--memory: expected a size .* got "much"/],
  [['--insert-id', 'UUID'], /--insert-id: expected one of uuid, any, derive, got "UUID"/],
  [['--limits', 'on'], /--limits: expected one of warn, reject, off, got "on"/],
  [['--identifiers', 'string'], /--identifiers: expected one of map, json, got "string"/],
  [['--date', '2023-02-29'], /--date: expected a date such as .* got "2023-02-29"/],
  [['--date', '20230101'], /--date: expected a date/],
  [['--from', 'tomorrow'], /--from: expected a date/],
  [['--until', '2023-1-1'], /--until: expected a date/],
  [['--date', '2023-01-01', '--from', '2023-01-01'], /either --date or --from\/--until, got both/],
  [
    ['--from', '2023-01-02', '--until', '2023-01-01'],
    /--until: expected a day not before 2023-01-02/,
  ],
  [['--date', 'today', '--tz', 'Seoul'], /--tz: expected an IANA time zone .* got "Seoul"/],
  [['--date', '2023-01-01', '--tz', 'Asia/Seoul'], /--tz: expected yesterday or today with it/],
  [
    ['--allow-empty', '--from', '2023-01-01'],
    /--allow-empty: expected --date, or both --from and --until with it, or no days, got one end/,
  ],
  [['--allow-empty', '--min-events', '2'], /either --allow-empty or --min-events, got both/],
  [['--min-events', '0'], /--min-events: expected a whole number, at least 1, got "0"/],
  [['--settle', '1m'], /--settle: expected a whole number of seconds from 0 to .* got "1m"/],
  [['--follow-growth', 'on'], /--follow-growth: expected one of off, ignore, got "on"/],
  [['--from-command'], /--from-command: expected -- and a command at the end, got none/],
  [['--from-command', '--'], /--from-command: expected -- and a command at the end, got none/],
  [['--from-command', '--', 'cat', 'x'], /--from-command: expected no other input, got \S+events/],
  [['--dedupe', '--insert-id', 'any'], /--dedupe: expected UUIDs as insert_id, got the mode "any"/],
  [
    ['--preset', 'segment', '--mapping', 'm.json'],
    /expected either --mapping or --preset, got both/,
  ],
  [['--dedupe', '--dedupe-memory', '1m', '--threads', '257'], /--threads: expected .* 0 to 256/],
  [
    ['--quote', ';', '--delimiter', ';'],
    /expected a delimiter other than the quote, got ; for both/,
  ],
  [['--max-rejects', '-1'], /--max-rejects: expected a number .* got "-1"/],
  [['--max-rejects', '101%'], /--max-rejects: expected a number .* got "101%"/],
  [['--max-rejects', 'some'], /--max-rejects: expected a number .* got "some"/],
  [['--rejects', '-'], /--rejects: expected the name of a file, got -/],
  [['--rejects', '.'], /--rejects: expected the name of a file, got the folder \./],
  [['--rejects', EVENTS], /--rejects: expected a file of its own, got the input/],
  [['--mapping', '--json'], /--mapping/],
  [[EVENTS], /expected every input once, got .* twice/],
  [['-', '-'], /standard input\) once, got it twice/],
];

test('a wrong value is told with what was expected', async (t) => {
  const cwd = tempFolder(t);
  for (const [args, said] of WRONG) {
    await t.test(args.join(' '), async (t) => {
      const { code, stdout, stderr } = await run([EVENTS, '--to', 'out', ...args], { cwd });
      // The one flag here that changes how errors are told.
      const text = args.includes('--json') ? JSON.parse(stderr).error.message : stderr;
      t.equal(code, 2, 'exit code');
      t.equal(stdout, '');
      t.match(text.replace(/\s+/g, ' '), said);
      t.notMatch(stderr, /\n {4}at /, 'no stack');
    });
  }
  t.notOk(existsSync(join(cwd, 'out')), 'nothing was written');
});

test('without --to', async (t) => {
  const { code, stderr } = await run([EVENTS]);
  t.equal(code, 2);
  t.match(stderr, /expected --to DIR, where the days go, got none/);
});

test('without input, but with --to', async (t) => {
  const { code, stderr } = await run(['--to', 'out'], { cwd: tempFolder(t) });
  t.equal(code, 2);
  t.match(stderr, /expected at least one input, got none/);
});

test('without input, but with --json', async (t) => {
  const { code, stdout, stderr } = await run(['--to', 'out', '--json'], { cwd: tempFolder(t) });
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(JSON.parse(stderr), { error: { code: 'E_USAGE', message: /at least one input/ } });
});

test('a mapping with a mistake is told where', async (t) => {
  const cwd = tempFolder(t);
  const cases: [string, RegExp][] = [
    ['{"ts":', /m\.json, line 1, column 7: expected a value/],
    ['{"tss":"time"}', /tss/],
    ['{"ts":{"path":"t","unit":"fortnight"}}', /unit/],
  ];
  for (const [text, said] of cases) {
    writeFileSync(join(cwd, 'm.json'), text);
    const { code, stderr } = await run([EVENTS, '--to', 'out', '--mapping', 'm.json'], { cwd });
    t.equal(code, 1, text);
    t.match(stderr, said);
  }
  const missing = await run([EVENTS, '--to', 'out', '--mapping', 'nosuch.json'], { cwd });
  t.equal(missing.code, 1);
  t.match(missing.stderr, /nosuch\.json/);
  t.notOk(existsSync(join(cwd, 'out')), 'nothing was written');
});
