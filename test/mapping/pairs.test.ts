// Mappings of arrays of pairs and of strings that contain JSON: what each form becomes, in NDJSON and in CSV.

import { test } from 'tap';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { BUILDS } from '../support/batch.ts';
import { useKernel } from '../support/run.ts';
import { type Outcome, type RunOptions, runConvert } from '../support/run-convert.ts';
import type { Cleaner } from '../support/temp.ts';

const MAPPING: EventMapping = {
  insert_id: { derive: 'raw' },
  event_key: { const: 'e' },
  ts: 'ts',
  identifiers: { keys: { id: { const: 'i' }, device_id: { const: 'd' } } },
  event_properties: {
    pairs: [
      { path: 'params', value: ['value.string_value', 'value.int_value', 'value.double_value'] },
    ],
  },
  platform_properties: { defaults: { osname: 'iOS', appversion: '1' } },
};

async function convertLines(
  t: Cleaner,
  lines: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return runConvert(t, [Buffer.from(lines.join('\n'))], { mapping: MAPPING, ...options });
}

/** Returns the properties of each written row. */
function properties({ rows }: Outcome): Record<string, string>[] {
  return rows.flatMap(([, list]) => list.map((row) => Object.fromEntries(row.event_properties)));
}

const line = (params: string, more = ''): string => `{"ts":1672531262,"params":${params}${more}}`;

for (const { build } of BUILDS) {
  test(`${build} kernel: pairs`, async (t) => {
    useKernel(t, build);
    const good: [params: string, expected: Record<string, string>][] = [
      ['[]', {}],
      ['null', {}],
      ['[{"key":"a","value":{"string_value":"x"}}]', { a: 'x' }],
      ['[{"value":{"int_value":9007199254740993},"key":"Big"}]', { big: '9007199254740993' }],
      [
        '[ {"key" : "a" , "value" : {"double_value":1.10}} , {"key":"b","value":{}} ]',
        { a: '1.10' },
      ],
      // The first value that is present and not null, in the order of the mapping.
      ['[{"key":"a","value":{"double_value":1,"int_value":2,"string_value":null}}]', { a: '2' }],
      // If a key is repeated, in lower case too, the last one wins.
      ['[{"key":"a","value":{"int_value":1}},{"key":"A","value":{"int_value":2}}]', { a: '2' }],
      // Within an element the last member wins, as everywhere.
      ['[{"key":"a","key":"b","value":{"int_value":1,"int_value":2}}]', { b: '2' }],
      [
        '[{"k\\u0065y":"\\u0061\\\\\\"","value":{"string_value":"\\ud83d\\ude00\\n"}}]',
        { 'a\\"': '😀\n' },
      ],
      [
        '[{"key":1.50,"value":{"int_value":"7"}},{"key":true,"value":{"int_value":1}}]',
        { '1.50': '7', true: '1' },
      ],
      ['[{"key":"a","value":{"string_value":{"x":[1, 2]}}}]', { a: '{"x":[1,2]}' }],
      ['[{"key":"","value":{"string_value":""}}]', { '': '' }],
      ['[{"key":"a","value":"not an object"},{"key":"b"}]', {}],
    ];
    const found = await convertLines(
      t,
      good.map(([params]) => line(params)),
    );
    t.strictSame(found.rejects, []);
    t.strictSame(
      properties(found),
      good.map(([, expected]) => expected),
    );

    const bad = [
      '{}',
      '"x"',
      '1',
      'false',
      '[1]',
      '[null]',
      '[[]]',
      '["key"]',
      '[{}]',
      '[{"key":null}]',
      '[{"key":{}}]',
      '[{"key":[]}]',
      '[{"value":{}}]',
      '[{"key":"a"},1]',
    ];
    const { rejects, rows } = await convertLines(
      t,
      bad.map((params) => line(params)),
    );
    t.strictSame(rows, []);
    t.strictSame(
      rejects.map(({ code }) => code),
      bad.map(() => 'map_not_an_object'),
    );
    t.match(rejects[13]?.message, /at byte \d+ of the line: "1\]/);

    const broken = [
      '[',
      '[{',
      '[{}',
      '[{},]',
      '[{"key":"a"} {}]',
      '[1 2]',
      '[{"key":"a",}]',
      '[,]',
      '[tru]',
    ];
    const unread = await convertLines(
      t,
      broken.map((params) => line(params)),
    );
    t.strictSame(
      unread.rejects.map(({ code }) => code),
      broken.map(() => 'invalid_json'),
    );
  });

  test(`${build} kernel: nested as deeply as anything else`, async (t) => {
    useKernel(t, build);
    const deep = (levels: number): string =>
      line(`[{"key":"a","value":{"string_value":${'['.repeat(levels)}${']'.repeat(levels)}}}]`);
    const { rejects, rows } = await convertLines(t, [deep(508), deep(509)]);
    t.strictSame(
      rejects.map(({ line, code }) => [line, code]),
      [[2, 'too_deep']],
    );
    t.equal(rows.length, 1);
  });
}

test('flattened, for several maps, and only some keys', async (t) => {
  const mapping: EventMapping = {
    ...MAPPING,
    identifiers: {
      pairs: [{ path: 'params', value: 'value', only: ['id', 'device_id'] }],
      flatten: false,
    },
    event_properties: { pairs: [{ path: 'params' }], flatten: true },
    user_properties: { pairs: [{ path: 'params', key: 'value', value: 'key' }] },
  };
  const params =
    '[{"key":"id","value":"u"},{"key":"device_id","value":7},{"key":"x","value":{"a":[1,{"b":2}],"c":{}}}]';
  const { rejects } = await convertLines(t, [line(params)], { mapping });
  // The third value is not valid as a key of user_properties.
  t.match(rejects, [{ code: 'map_not_an_object' }]);
  const { rows } = await convertLines(t, [line(params)], {
    mapping: { ...mapping, user_properties: undefined },
  });
  t.match(rows[0]?.[1][0], {
    identifiers: [
      ['device_id', '7'],
      ['id', 'u'],
    ],
    event_properties: [
      ['device_id', '7'],
      ['id', 'u'],
      ['x.a.0', '1'],
      ['x.a.1.b', '2'],
      ['x.c', '{}'],
    ],
  });
});

test('a batch that becomes full, and many names', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, n) => {
    const pairs = Array.from(
      { length: 40 },
      (_, i) => `{"key":"k${n}_${i}","value":{"int_value":${i}}}`,
    );
    return line(`[${pairs.join(',')}]`);
  });
  const found = properties(await convertLines(t, lines, { limits: 'off' }));
  t.equal(found.length, 3000);
  t.ok(found.every((row, n) => Object.keys(row).length === 40 && row[`k${n}_39`] === '39'));
});

const TEXTS: EventMapping = {
  ...MAPPING,
  metric_value: 'props.price',
  event_properties: { objects: ['props'], keys: { whole: 'other' } },
  parse: ['props', 'other'],
};

test('strings that hold JSON', async (t) => {
  const good: [props: unknown, expected: Record<string, string>, metric?: bigint][] = [
    [{ a: 1 }, { a: '1' }],
    ['{"a":1.10,"price":12.5}', { a: '1.10', price: '12.5' }, 12_500_000n],
    ['{"Big":123456789012345678901234567890}', { big: '123456789012345678901234567890' }],
    ['{"a":1,"a":2,"price":1,"price":2}', { a: '2', price: '2' }, 2_000_000n],
    [' {\n\t"a" : "x\\n\\"y\\"",\r\n "b":[1, 2]} \n', { a: 'x\n"y"', b: '[1,2]' }],
    ['{"a":"\\ud83d\\ude00 한"}', { a: '😀 한' }],
    ['', {}],
    [' \n\t', {}],
    ['null', {}],
    [null, {}],
    ['{}', {}],
  ];
  const lines = good.map(([props]) => JSON.stringify({ ts: 1672531262, props }));
  const found = await convertLines(t, lines, { mapping: TEXTS });
  t.strictSame(found.rejects, []);
  t.strictSame(
    properties(found),
    good.map(([, expected]) => expected),
  );
  const metrics = found.rows.flatMap(([, rows]) => rows.map(({ metric_value }) => metric_value));
  t.strictSame(
    metrics,
    good.map(([, , metric = 0n]) => metric),
  );

  // Text that does not contain an object stays a string, and a string is not a source of a map.
  const bad = ['x', '{', '{}}', '{} {}', '"x"', '12', 'true', '{"a":\n"\n"}', "{'a':1}", '[1]'];
  const others = await convertLines(
    t,
    bad.map((props) => JSON.stringify({ ts: 1672531262, props })),
    { mapping: TEXTS },
  );
  t.strictSame(
    others.rejects.map(({ code }) => code),
    bad.map(() => 'map_not_an_object'),
  );
  t.match(others.rejects.at(-1)?.message, /at byte \d+ of the line: "\\"\[1\]/, 'it tells where');
  const kept = await convertLines(
    t,
    ['x', '{', '[1, {"b": 2}]', '{"b": null}', ''].map((other) =>
      JSON.stringify({ ts: 1672531262, other }),
    ),
    { mapping: TEXTS },
  );
  t.strictSame(properties(kept), [
    { whole: 'x' },
    { whole: '{' },
    { whole: '[1,{"b":2}]' },
    { whole: '{"b":null}' },
    {},
  ]);
});

test('in CSV too', async (t) => {
  const csv = [
    'ts,params,props',
    '1,"[{""key"":""a"",""value"":{""int_value"":1.0}}]","{""price"": ""2.50"", ""t"": ""{\\""x\\"":1}""}"',
    '2,,',
    '3,null,null',
    '4,[],{}',
    '5,{},{}',
    '6,x,{}',
  ];
  const mapping: EventMapping = {
    ...MAPPING,
    metric_value: 'props.price',
    user_properties: { objects: ['props.t'] },
    parse: ['props.t'],
  };
  const found = await convertLines(t, csv, { mapping, format: 'csv', anyDay: true });
  t.strictSame(properties(found), [{ a: '1.0' }, {}, {}, {}]);
  t.match(found.rows[0]?.[1][0], { metric_value: 2_500_000n, user_properties: [['x', '1']] });
  t.strictSame(
    found.rejects.map(({ line, code }) => [line, code]),
    [
      [6, 'map_not_an_object'],
      [7, 'map_not_an_object'],
    ],
  );
});
