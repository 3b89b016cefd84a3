// What counts as a value: empty strings and marks of absence, values in arrays, Avro's unions, and texts in the place
// of objects; in NDJSON and in CSV.

import { test } from 'tap';
import { parseMapping } from '../../lib/mapping/mapping.ts';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { BUILDS } from '../support/batch.ts';
import { useKernel } from '../support/run.ts';
import { type Outcome, type RunOptions, runConvert } from '../support/run-convert.ts';
import type { Cleaner } from '../support/temp.ts';

const MAPPING: EventMapping = {
  insert_id: { derive: 'raw' },
  event_key: { const: 'e' },
  ts: { const: '2023-01-01T00:00:00Z' },
  identifiers: { defaults: { id: 'i', device_id: 'd' } },
  platform_properties: { defaults: { osname: 'iOS', appversion: '1' } },
};

type Column = 'identifiers' | 'event_properties';

/** Converts lines, and returns the entries that each row has in a map. */
async function entriesOf(
  t: Cleaner,
  part: Partial<EventMapping>,
  lines: readonly string[],
  options: RunOptions & { column?: Column } = {},
): Promise<{ entries: Record<string, string>[]; outcome: Outcome }> {
  const { column = 'event_properties', ...others } = options;
  const mapping = parseMapping({ ...MAPPING, ...part });
  const outcome = await runConvert(t, [Buffer.from(lines.join('\n'))], { mapping, ...others });
  const rows = outcome.rows.flatMap(([, list]) => list);
  const entries = rows.map((row) => Object.fromEntries(row[column] as [string, string][]));
  return { entries, outcome };
}

for (const { build } of BUILDS) {
  test(`${build} kernel: an empty string makes room for the next source`, async (t) => {
    useKernel(t, build);
    const keys = { one: 'a', two: ['a', 'b'], three: ['a', { const: 'c' }] };
    const lines = ['{"a":"","b":"x"}', '{"a":"","b":""}', '{"a":"y","b":"x"}', '{"b":""}'];
    const { entries } = await entriesOf(t, { event_properties: { keys } }, lines);
    t.strictSame(entries, [
      { one: '', two: 'x', three: 'c' },
      { one: '', three: 'c' },
      { one: 'y', two: 'y', three: 'y' },
      { three: 'c' },
    ]);
    const metric = await entriesOf(t, { metric_value: ['a', 'b'] }, ['{"a":"","b":"1.5"}']);
    t.strictSame(metric.outcome.rows[0]?.[1][0]?.metric_value, 1_500_000n);
  });

  test(`${build} kernel: an identifier is never empty`, async (t) => {
    useKernel(t, build);
    const identifiers = {
      keys: { user_id: 'user', id: ['device', 'user'] },
      pairs: [{ path: 'ids', only: ['session'] }],
      defaults: { id: 'i', device_id: 'd' },
    };
    const lines = [
      '{"user":"","device":"x","ids":[{"key":"session","value":""}]}',
      '{"user":"u","device":"","ids":[{"key":"session","value":"s"}]}',
    ];
    const { entries } = await entriesOf(t, { identifiers }, lines, { column: 'identifiers' });
    t.strictSame(entries, [
      { id: 'x', device_id: 'd' },
      { user_id: 'u', id: 'u', device_id: 'd', session: 's' },
    ]);
  });

  test(`${build} kernel: marks of absence`, async (t) => {
    useKernel(t, build);
    const absent = ['-1', '0', ''];
    const keys = {
      session: { path: 's', absent },
      other: [{ path: 's', absent }, 'b'],
      all: 's',
    };
    const pairs = [{ path: 'p', value: [{ path: 'v', absent: ['0'] }] }];
    const lines = [
      '{"s":-1,"b":"-1"}',
      '{"s":"0"}',
      '{"s":0.0,"p":[{"key":"k","v":0}]}',
      '{"s":-10,"p":[{"key":"k","v":10}]}',
    ];
    const { entries } = await entriesOf(t, { event_properties: { keys, pairs } }, lines);
    t.strictSame(entries, [
      { other: '-1', all: '-1' },
      { all: '0' },
      { session: '0.0', other: '0.0', all: '0.0' },
      { session: '-10', other: '-10', all: '-10', k: '10' },
    ]);
  });

  test(`${build} kernel: a value of the first element that has it`, async (t) => {
    useKernel(t, build);
    const keys = {
      os: { path: 'c.data', item: 'data.os' },
      model: ['model', { path: 'c.data', item: 'data.model' }],
      whole: 'c.data',
    };
    const part = { event_properties: { keys }, parse: ['c'] };
    const c = [
      { data: { model: null } },
      1,
      { data: { os: 'A', os2: 'x', model: '모델' } },
      { data: { os: 'B' } },
    ];
    const whole = JSON.stringify(c);
    const lines = [
      JSON.stringify({ c: { data: c } }),
      JSON.stringify({ c: JSON.stringify({ data: c }), model: 'M' }),
      '{"c":{"data":{"data":{"os":"none"}}}}',
      '{"c":{"data":[]}}',
      '{"c":{"data":[{"data":{"os":1,"os":2}}]}}',
    ];
    const { entries } = await entriesOf(t, part, lines);
    t.strictSame(entries, [
      { os: 'A', model: '모델', whole },
      { os: 'A', model: 'M', whole },
      { whole: '{"data":{"os":"none"}}' },
      { whole: '[]' },
      { os: '2', whole: '[{"data":{"os":2}}]' },
    ]);
    const csv = [`c;model`, `"${JSON.stringify({ data: c }).replaceAll('"', '""')}";`];
    const cells = await entriesOf(t, part, csv, { format: 'csv', csv: { delimiter: ';' } });
    t.strictSame(cells.entries, [{ os: 'A', model: '모델', whole }]);
  });

  test(`${build} kernel: values of Avro’s unions`, async (t) => {
    useKernel(t, build);
    const event_properties = {
      objects: ['p', 'm'],
      rest: true,
      exclude: ['id'],
      pairs: [{ path: 'pairs' }],
    };
    const part = { avroUnions: true, parse: ['p'], event_properties };
    const lines = [
      '{"a":{"string":"x"},"b":{"long":5},"c":{"boolean":true},"d":{"double":1.50},"e":null}',
      '{ "a" : { "string" : "\\u0041" } , "m" : { "map" : { "string" : "k", "b":{"int":1} } } }',
      '{"p":{"string":"{\\"q\\":1}"},"pairs":{"array":[{"key":{"string":"k"},"value":{"bytes":"v"}}]}}',
      '{"a":{"strings":"x"},"b":{"string":"x","int":1},"c":{"array":[1, 2]},"d":{}}',
      '{"m":{"map":{"b":1,"b":2}},"a":{"string":"x"},"a":{"string":"y"}}',
    ];
    const { entries } = await entriesOf(t, part, lines);
    t.strictSame(entries, [
      { a: 'x', b: '5', c: 'true', d: '1.50' },
      { a: 'A', string: 'k', b: '1' },
      { q: '1', k: 'v' },
      { a: '{"strings":"x"}', b: '{"string":"x","int":1}', c: '[1,2]', d: '{}' },
      { b: '2', a: 'y' },
    ]);
    const plain = await entriesOf(t, { event_properties: { rest: true } }, ['{"a":{"string":1}}']);
    t.strictSame(plain.entries, [{ a: '{"string":1}' }], 'only where the mapping says so');
    const bad = [
      '{"a":{"string":"x}}',
      '{"a":{"string":"x"',
      '{"a":{"string":}}',
      '{"a":{"string"',
    ];
    const { outcome } = await entriesOf(t, part, bad);
    t.strictSame(
      outcome.rejects.map(({ code }) => code),
      bad.map(() => 'invalid_json'),
    );
  });

  test(`${build} kernel: Avro’s unions of which the mapping does not say`, async (t) => {
    useKernel(t, build);
    const insert_id = { path: 'i', derive: 'raw' } as const;
    const identifiers = { keys: { id: 'u', device_id: 'u' } };
    const lines = [
      '{"i" : { "string" : "8fb8e088-9245-4fce-bb87-7e09d9917ed6" } , "u":"x"}',
      '{"i":"x","u" : { "string" : "x" } }',
      '{"i":"x","u":{"string":"x"}}',
      '{"i":{"string":1,"int":2},"u":{"strings":"x"}}',
    ];
    const { outcome } = await entriesOf(t, { insert_id, identifiers }, lines);
    t.strictSame(
      outcome.rejects.map(({ code }) => code),
      ['insert_id_invalid', 'avro_union', 'avro_union'],
    );
  });

  test(`${build} kernel: a text in the place of an object`, async (t) => {
    useKernel(t, build);
    const event_properties = { objects: ['v', 'w'], otherwise: { text: ['v', 'w'] } };
    const part = { event_properties, parse: ['v'] };
    const lines = ['{"v":"{\\"a\\":1}"}', '{"v":"x"}', '{"w":[1]}', '{"v":null,"w":5}', '{"v":""}'];
    const { entries, outcome } = await entriesOf(t, part, lines);
    t.strictSame(outcome.rejects, []);
    t.strictSame(entries, [{ a: '1' }, { text: 'x' }, { text: '[1]' }, { text: '5' }, {}]);
    const csv = ['v,n', '"{""a"":1}",', 'x,1', '"{""a"":1,",', '{a,1', '"{""é', '""b""",2', ',3'];
    const cells = await entriesOf(t, part, csv, { format: 'csv' });
    t.strictSame(cells.outcome.rejects, []);
    t.strictSame(cells.entries, [
      { a: '1' },
      { text: 'x' },
      { text: '{"a":1,' },
      { text: '{a' },
      { text: '{"é\n"b"' },
      {},
    ]);
  });
}

test('an id is derived from itself and the fields that make it unique', async (t) => {
  const ids = async (fromId: boolean | string[]): Promise<string[]> => {
    const insert_id = { path: 'id', derive: ['x'], name: 'n', fromId };
    const lines = ['{"id":"1","x":"a"}', '{"id":"1","x":"b"}', '{"id":"1","x":"a","y":1}'];
    const { outcome } = await entriesOf(t, { insert_id }, lines);
    return outcome.rows.flatMap(([, list]) => list.map((row) => row.insert_id));
  };
  const [a, b, c] = await ids(['x']);
  t.not(a, b);
  t.equal(a, c);
  t.equal(new Set(await ids(true)).size, 1);
});

test('what has no effect, or does not fit, is a mistake', (t) => {
  const cases: [part: object, message: RegExp][] = [
    [
      { insert_id: { path: 'id', fromId: true } },
      /insert_id\.fromId: has no effect without "derive"/,
    ],
    [{ insert_id: { path: 'id', name: 'x' } }, /insert_id\.name: has no effect without "derive"/],
    [{ insert_id: { path: 'id', keep: 'x' } }, /insert_id\.keep: has no effect without "derive"/],
    [{ event_key: { const: 'x', absent: ['y'] } }, /expected "const" alone/],
    [{ event_properties: { otherwise: { a: 'b' } } }, /expected paths of "objects".*got "b"/],
    [{ avroUnions: 'yes' }, /avroUnions: expected true or false, got "yes"/],
  ];
  for (const [part, message] of cases) {
    t.throws(() => parseMapping({ ...MAPPING, ...part }), { code: 'E_MAPPING', message });
  }
  // With --insert-id derive, ids are derived all the same.
  parseMapping({ ...MAPPING, insert_id: { path: 'id', name: 'x' } }, { insertId: 'derive' });
  t.end();
});
