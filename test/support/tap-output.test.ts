import t from 'tap';
import { summaryOf } from './tap-output.ts';

t.test('totals, and each failed assertion with its diagnostics', async (t) => {
  const printed = `TAP version 14
# Subtest: outer
    ok 1 - fine
    not ok 2 - is it?
      ---
      diff: |
        not ok 7 - a text
      ...
    not ok 3 - later # TODO
      ---
      at: nowhere
      ...
    1..3
not ok 1 - outer # time=7.5ms
  ---
  source: t.test('outer')
  ...
ok 2 - other # SKIP
1..2
# { total: 4, pass: 1, fail: 1, todo: 1, skip: 1 }
# time=20ms
`;
  t.strictSame(summaryOf(printed), {
    total: 4,
    passed: 1,
    failed: 1,
    failures: `    not ok 2 - is it?
      ---
      diff: |
        not ok 7 - a text
      ...
not ok 1 - outer # time=7.5ms`,
  });
});

t.test('a test that broke down has no totals', async (t) => {
  const nothing = { total: 0, passed: 0, failed: 0, failures: '' };
  t.strictSame(summaryOf('TAP version 14\n    ok 1 - fine\n'), nothing);
});
