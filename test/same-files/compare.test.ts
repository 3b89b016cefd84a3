// A comparison that finds too little would let every refactoring pass.
import { test } from 'tap';
import { compare, type RunResult } from './compare.ts';

const REPORT = { status: 'committed', rowsIn: 2, seconds: 0.25, filtered: { old_code: 1 } };
const REJECT = { line: 1, code: 'old_code', message: 'as it was', raw: '{"old_code":1}' };
const ERROR = { error: { code: 'E_USAGE', message: 'as it was', hint: 'at 127.0.0.1:1' } };

function result(change: Partial<RunResult> = {}, files: Record<string, string> = {}): RunResult {
  const all = { 'a.parquet': 'PAR1', 'rejects.ndjson': `${JSON.stringify(REJECT)}\n`, ...files };
  return {
    code: 0,
    stdout: `${JSON.stringify(REPORT)}\n`,
    stderr: '2 events in 0.3 s\n',
    files: new Map(Object.entries(all).map(([name, text]) => [name, Buffer.from(text)])),
    ...change,
  };
}

/** How many differences there are to the result above: in data, in messages. */
function counts(present: RunResult, renames: ReadonlyMap<string, string> = new Map()): number[] {
  const { data, messages } = compare(result(), present, renames);
  return [data.length, messages.length];
}

const json = (value: object, change: object): string =>
  `${JSON.stringify({ ...value, ...change })}\n`;

test('equal runs, apart from their times', (t) => {
  const stdout = json(REPORT, { seconds: 31 });
  const stderr = '2 events in 1.5 s, 70 MB/s, 1.34k events/s\n';
  t.strictSame(counts(result({ stdout, stderr })), [0, 0]);
  t.end();
});

test('differences of data', (t) => {
  for (const present of [
    result({ code: 3 }),
    result({ stdout: json(REPORT, { rowsIn: 3 }) }),
    result({ stdout: '' }),
    result({}, { 'a.parquet': 'PAR2' }),
    result({}, { 'a.parquet': 'PAR1 ' }),
    result({}, { _SUCCESS: '' }),
    result({}, { 'rejects.ndjson': json(REJECT, { line: 2 }) }),
    result({}, { 'rejects.ndjson': json(REJECT, { raw: '' }) }),
    result({}, { 'rejects.ndjson': '' }),
  ]) {
    t.strictSame(counts(present), [1, 0], JSON.stringify(present));
  }
  const fewer = compare(result({}, { b: '' }), result(), new Map());
  t.strictSame(fewer.data, ['b: only the base writes it']);
  t.end();
});

test('differences of messages only', (t) => {
  t.strictSame(counts(result({ stderr: '2 events took 0.3 s\n' })), [0, 1]);
  const reworded = { 'rejects.ndjson': json(REJECT, { message: 'reworded' }) };
  t.strictSame(counts(result({}, reworded)), [0, 1]);
  const error = (change: object): RunResult =>
    result({ stderr: json({}, { error: { ...ERROR.error, ...change } }) });
  const found = (change: object): number[] => {
    const { data, messages } = compare(error({}), error(change), new Map());
    return [data.length, messages.length];
  };
  t.strictSame(found({ hint: 'at 127.0.0.1:2' }), [0, 0]);
  t.strictSame(found({ hint: 'reworded' }), [0, 1]);
  t.strictSame(found({ code: 'E_INTERNAL' }), [1, 0]);
  t.end();
});

test('codes with another name', (t) => {
  const renamed = result(
    { stdout: json(REPORT, { filtered: { new_code: 1 } }) },
    { 'rejects.ndjson': json(REJECT, { code: 'new_code' }) },
  );
  t.strictSame(counts(renamed), [2, 0]);
  t.strictSame(counts(renamed, new Map([['old_code', 'new_code']])), [0, 0]);
  t.end();
});
