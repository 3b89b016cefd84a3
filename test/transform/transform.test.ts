import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { EventTransform } from '../../lib/transform/event.ts';
import {
  firstDifference,
  type Outcome,
  type RunOptions,
  runConvert,
} from '../support/run-convert.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

const identity: EventTransform = (event) => event;

const EVENT =
  '{"insert_id":"8fb8e088-9245-4fce-bb87-7e09d9917ed6","event_key":"buy","ts":"2023-01-01T00:01:02.333Z","metric_value":123456789012345678.123456,"identifiers":{"id":"1","device_id":"2"},"event_properties":{"price":1.50,"tags":["a", "b"],"gone":null},"platform_properties":{"osname":"iOS","appversion":"1"},"extra":1}\n';

/** The events of a run with a transform. `rows` are in the order in which they were written. */
function through(
  t: Cleaner,
  transform: EventTransform,
  options: RunOptions = {},
  source = EVENT,
): Promise<Outcome> {
  return runConvert(t, [Buffer.from(source)], { ...options, transform });
}

test('user code sees the columns as exact text', async (t) => {
  let seen: unknown;
  const { rows } = await through(t, (event) => {
    seen = structuredClone(event);
    return event;
  });
  t.strictSame(seen, {
    insert_id: '8fb8e088-9245-4fce-bb87-7e09d9917ed6',
    event_key: 'buy',
    ts: '2023-01-01T00:01:02.333Z',
    metric_value: '123456789012345678.123456',
    identifiers: { id: '1', device_id: '2' },
    event_properties: { price: '1.50', tags: '["a","b"]', gone: null },
    user_properties: {},
    platform_properties: { osname: 'iOS', appversion: '1' },
  });
  t.equal(rows[0]?.[1][0]?.metric_value, 123456789012345678123456n);
});

test('what it gives back may be of any kind', async (t) => {
  const { rows, warnings, ignoredFields } = await through(t, (event) => ({
    ...event,
    ts: new Date(Date.UTC(2024, 1, 29)),
    metric_value: 12345678901234567n,
    event_properties: new Map<string, unknown>([
      ['Number', 0.1],
      ['yes', true],
      ['nan', Number.NaN],
      ['nested', { a: [1n, new Set(['x'])], b: undefined, '\ud800': '\ud800' }],
      ['absent', undefined],
    ]),
    user_properties: JSON.parse('{"__proto__":"kept"}') as object,
    typo: 1,
  }));
  t.strictSame(warnings, {});
  t.strictSame(ignoredFields, { extra: 1, typo: 1 });
  t.match(rows, [
    [
      '2024-02-29',
      [
        {
          ts: BigInt(Date.UTC(2024, 1, 29)),
          metric_value: 12345678901234567000000n,
          event_properties: [
            ['nan', 'NaN'],
            ['nested', '{"a":[1,["x"]],"\\ud800":"\\ud800"}'],
            ['number', '0.1'],
            ['yes', 'true'],
          ],
          user_properties: [['__proto__', 'kept']],
        },
      ],
    ],
  ]);
  const flat = await through(t, (e) => ({ ...e, event_properties: { a: { b: 1 } } }), {
    flatten: true,
  });
  t.strictSame(flat.rows[0]?.[1][0]?.event_properties, [['a.b', '1']]);
});

test('null and [] are filtered, several events are several rows read', async (t) => {
  let n = 0;
  const transform: EventTransform = (event) => {
    n++;
    if (n === 1) return null;
    if (n === 2) return [];
    return [event, { ...event, event_key: 'second' }, { ...event, event_key: null }];
  };
  const { counts, rejects } = await through(t, transform, {}, `${EVENT}${EVENT}\n{"bad\n${EVENT}`);
  t.match(counts, { rowsIn: 6, rowsWritten: 2, rowsRejected: 2, rowsFiltered: 2 });
  t.match(rejects, [
    { line: 4, offset: 2 * EVENT.length + 1, code: 'invalid_json', raw: '{"bad' },
    { line: 5, offset: 2 * EVENT.length + 7, code: 'event_key_missing', raw: EVENT.trim() },
  ]);
  t.match(rejects[0]?.message, 'at byte 6 of the line');
});

test('whatever goes wrong in it rejects the event with its reason', async (t) => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const failures: [EventTransform, RegExp][] = [
    [
      () => {
        throw new RangeError('no such plan');
      },
      /^the transform threw RangeError: no such plan$/,
    ],
    [
      () => {
        throw Object.create(null);
      },
      /^the transform threw \[Object: null prototype\] \{\}$/,
    ],
    [(() => undefined) as never, /^the transform returned undefined; expected an event/],
    [(() => 'text') as never, /^the transform returned string;/],
    [(async () => null) as never, /^the transform returned a promise; .* synchronous/],
    [(() => Promise.reject(new Error('late'))) as never, /^the transform returned a promise/],
    [() => [{}, null] as never, /^element 1 of the returned array is null;/],
    [() => new Date(0) as never, /^the transform returned object;/],
    [() => cyclic, /^the transform threw RangeError/],
  ];
  for (const [transform, message] of failures) {
    const call: EventTransform = (event) => transform(event);
    const { counts, rejects } = await through(t, call);
    t.match(counts, { rowsIn: 1, rowsRejected: 1 });
    t.match(rejects, [
      { line: 1, offset: 0, code: 'transform_failed', message, raw: EVENT.trim() },
    ]);
  }
});

test('an object where a text is due is rejected unless it is replaced', async (t) => {
  const source = EVENT.replace('"buy"', '{"name":"buy"}');
  const kept = await through(t, identity, {}, source);
  t.match(kept.rejects, [{ code: 'event_key_invalid', message: /got "\{/ }]);
  const replaced = await through(
    t,
    (event) => ({ ...event, event_key: (event.event_key as unknown as { name: string }).name }),
    {},
    source,
  );
  t.equal(replaced.rows[0]?.[1][0]?.event_key, 'buy');
});

test('one event may become more than a batch holds', async (t) => {
  const { counts, rejects } = await through(t, (event) =>
    Array.from({ length: 17_000 }, (_, n) => ({ ...event, event_key: n === 16_999 ? '' : `${n}` })),
  );
  t.match(counts, { rowsIn: 17_000, rowsWritten: 16_999 });
  t.match(rejects, [{ line: 1, code: 'event_key_missing', raw: EVENT.trim() }]);
});

test('a transform is loaded from a module', async (t) => {
  const folder = tempFolder(t);
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const good = write('good.mjs', 'export default (e) => ({ ...e, event_key: e.event_key + "!" })');
  const { rows } = await runConvert(t, [Buffer.from(EVENT)], { transform: good });
  t.equal(rows[0]?.[1][0]?.event_key, 'buy!');
  const lines = Array.from({ length: 6000 }, (_, n) => EVENT.replace('buy', `k${n}`)).join('');
  const [inline, inThreads] = [
    await runConvert(t, [Buffer.from(lines)], { transform: good, threads: 0 }),
    await runConvert(t, [Buffer.from(lines)], { transform: good, threads: 2 }),
  ];
  t.equal(inline.rows[0]?.[1].at(-1)?.event_key, 'k5999!');
  t.equal(firstDifference(inThreads, inline), undefined, 'worker threads load it too');
  const bad: [string, RegExp][] = [
    [join(folder, 'missing.mjs'), /there is no such file/],
    [write('syntax.mjs', 'export default ('), /cannot load the module: /],
    [write('none.mjs', 'export const x = 1'), /default export to be a function, got undefined/],
    [
      write('async.mjs', 'export default async () => null'),
      /synchronous function, got AsyncFunction/,
    ],
    [write('generator.mjs', 'export default function* () {}'), /got GeneratorFunction/],
  ];
  for (const [file, message] of bad) {
    await t.rejects(runConvert(t, [], { transform: file }), { code: 'E_USAGE', message });
  }
});
