// --where: which event keys a pattern takes, and that every event is judged by it.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { test } from 'tap';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { EventFilter, eventMatcher } from '../../lib/record/event-filter.ts';
import { parseNdjson } from '../../lib/streams/parse.ts';
import { where } from '../../lib/streams/record.ts';
import { BUILDS, codeOf, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';
import { runConvert } from '../support/run-convert.ts';

const event = (event_key: unknown, n = 0): string =>
  JSON.stringify({
    insert_id: `8fb8e088-9245-4fce-bb87-${String(n).padStart(12, '0')}`,
    event_key,
    ts: 1672531262333,
    identifiers: { id: 'u', device_id: 'd' },
    platform_properties: { osname: 'iOS', appversion: '1' },
  });

test('patterns', (t) => {
  const cases: [where: string | string[], wanted: string[], others: string[]][] = [
    ['purchase,view_*', ['purchase', 'view_', 'view_item'], ['Purchase', 'purchases', 'preview_x']],
    ['!debug_*', ['purchase', '', 'a debug_'], ['debug_', 'debug_x']],
    [
      ['purchase, view_*', '!view_debug'],
      ['purchase', 'view_x'],
      ['view_debug', 'x'],
    ],
    ['a?c', ['abc', 'a한c', 'a😀c'], ['ac', 'abbc']],
    ['*a*b*', ['ab', 'xaxbx', 'aab', 'baab'], ['ba', 'a', 'b']],
    ['*', ['', 'x\n'], []],
    ['a\\,b,\\*,\\!x,c\\\\', ['a,b', '*', '!x', 'c\\'], ['a', 'b', 'x', 'xx']],
    ['*aab', ['aaab', 'aabaab'], ['aaba']],
    ['$pageview,(x)', ['$pageview', '(x)'], ['pageview', 'x']],
  ];
  for (const [where, wanted, others] of cases) {
    const matches = eventMatcher(where);
    for (const key of wanted) t.ok(matches(key), `${where} takes ${JSON.stringify(key)}`);
    for (const key of others) t.notOk(matches(key), `${where} leaves ${JSON.stringify(key)}`);
  }
  for (const where of ['', ',', ' , ', '!', 'a,!', []]) {
    t.throws(() => eventMatcher(where), { code: 'E_USAGE' }, JSON.stringify(where));
  }
  t.end();
});

test('patterns agree with regular expressions', (t) => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
  const pattern = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?'),
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(pattern, letters, (glob, key) => {
      const source = glob.replaceAll('*', '.*').replaceAll('?', '.');
      return eventMatcher(glob)(key) === new RegExp(`^${source}$`, 's').test(key);
    }),
    { numRuns: rounds(1000) },
  );
  t.end();
});

for (const { build, debug } of BUILDS) {
  test(`${build} kernel: each event is judged by its key, however many there are`, (t) => {
    const keys = Array.from({ length: 12_000 }, (_, n) => `${n % 3 ? 'keep' : 'drop'}_${n % 9000}`);
    const odd = [null, '', {}, ['drop_1'], `drop_${'x'.repeat(5000)}`, 7, '\u0064rop_1', 'dro\\p'];
    const filter = new EventFilter(['keep_*,7', '!keep_4']);
    const codes = scanLines(
      [...keys, ...odd].map((key) => event(key)),
      { debug },
      codeOf,
      (batch) => filter.apply(batch),
    );
    const wanted = (key: string): boolean => key.startsWith('keep_') && key !== 'keep_4';
    const expected = keys.map((key) => (wanted(key) ? 'ok' : 'excluded_by_where'));
    t.strictSame(codes.slice(0, keys.length), expected);
    // Without a name that is a text an event is not filtered but rejected later.
    t.strictSame(codes.slice(keys.length), [
      'ok',
      'ok',
      'ok',
      'ok',
      'excluded_by_where',
      'ok',
      'excluded_by_where',
      'excluded_by_where',
    ]);
    t.end();
  });
}

test('what is left out counts as filtered, whatever else is wrong with it', async (t) => {
  const lines = [
    event('purchase', 1),
    event('debug', 2),
    '{"event_key":"debug"}',
    '{"event_key":null}',
  ];
  for (const threads of [0, 2]) {
    const { counts, rejects } = await runConvert(t, [Buffer.from(lines.join('\n'))], {
      where: 'p*',
      threads,
    });
    t.match(counts, { rowsIn: 4, rowsWritten: 1, rowsFiltered: 2, rowsRejected: 1 });
    t.equal(rejects[0]?.code, 'insert_id_missing');
  }
});

test('as a stage of one’s own pipeline', async (t) => {
  const rows: string[] = [];
  const lines = ['purchase', 'debug', 'view'].map((key, n) => `${event(key, n)}\n`);
  await pipeline(
    Readable.from([Buffer.from(lines.join(''))]),
    parseNdjson(),
    where('!debug'),
    async (batches) => {
      for await (const batch of batches as AsyncIterable<EventBatch>) {
        for (let row = 0; row < batch.rows; row++) rows.push(codeOf(batch, row));
        batch.release();
      }
    },
  );
  t.strictSame(rows, ['ok', 'excluded_by_where', 'ok']);
});
