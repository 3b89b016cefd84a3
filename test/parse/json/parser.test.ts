// The parser of JSON documents, compared with stream-json's own streamers and with JSON.parse.

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { streamValues } from 'stream-json/streamers/stream-values.js';
import { test } from 'tap';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { planOf } from '../../../lib/mapping/compile.ts';
import { VENDOR_MAPPING } from '../../../lib/mapping/vendor-mapping.ts';
import { jsonValue } from '../../support/generate.ts';
import { INVALID, VALID } from '../../support/json-cases.ts';
import { rounds } from '../../support/rounds.ts';
import { type ParsedRow, rowsOf } from '../../support/rows.ts';
import { jsonParser } from '../../support/source-parser.ts';

const plan = planOf(VENDOR_MAPPING, { insertId: 'uuid', flatten: false });
const kernel = new Kernel({ debug: true });

interface Options {
  path?: string[];
  maxLine?: number;
}

/** Parses a document in these chunks; returns its rows. */
function parse(chunks: Iterable<Uint8Array>, options: Options = {}): ParsedRow[] {
  const parser = jsonParser(kernel, plan, { maxLine: 1 << 24, ...options });
  try {
    parser.begin('doc');
    const rows: ParsedRow[] = [];
    for (const chunk of chunks) rows.push(...rowsOf(parser.push(chunk)));
    return [...rows, ...rowsOf(parser.end())];
  } finally {
    parser.destroy();
  }
}

const whole = (text: string | Buffer, options?: Options): ParsedRow[] =>
  parse([Buffer.from(text)], options);

/** Chunks of one byte. */
function* drip(text: string): Generator<Buffer> {
  for (const byte of Buffer.from(text)) yield Buffer.of(byte);
}

/** Throws unless the position of each row is that of its text in the source. */
function checkPlaces(text: string, rows: readonly ParsedRow[]): void {
  const bytes = Buffer.from(text);
  let lines = 1;
  let at = 0;
  for (const { line, offset, raw } of rows) {
    const there = bytes.toString('utf8', offset, offset + Buffer.byteLength(raw));
    const plain = (each: string): string => each.replaceAll('\r', ' ').trimEnd();
    if (plain(there) !== plain(raw)) throw new Error(`at ${offset} is ${there} instead of ${raw}`);
    lines += bytes.toString('latin1', at, offset).split('\n').length - 1;
    at = offset;
    if (line !== lines) throw new Error(`${raw} is in line ${lines}, not ${line}`);
  }
}

/** White space between tokens, including line ends. */
const space = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 2, arbitrary: fc.constantFrom(' ', '\n', '\r\n', '\t', '\n\n  ', ' '.repeat(70)) },
  )
  .map(String);

/** A value as different programs might write it: minified, pretty-printed, with any kind of line ends. */
const element: fc.Arbitrary<string> = fc.oneof(
  jsonValue,
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify(value, null, 2)),
  fc.jsonValue().map((value) => JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n')),
  fc.nat(200).map((n) => `{"event_key":"k","q":"${'x'.repeat(n)}\\\\","b":["\\"]}",{}]}`),
);

const array: fc.Arbitrary<string> = fc
  .tuple(fc.array(fc.tuple(space, element, space), { maxLength: 8 }), space, space, space)
  .map(([list, before, inside, behind]) => {
    const text = list.map((parts) => parts.join('')).join(',');
    return `${before}[${text || inside}]${behind}`;
  });

const jsonStream = (text: string): Readable => Readable.from([text], { objectMode: false });
async function valuesOf(stream: AsyncIterable<unknown>): Promise<string[]> {
  const values: string[] = [];
  for await (const { value } of stream as AsyncIterable<{ value: unknown }>) {
    values.push(JSON.stringify(value));
  }
  return values;
}

/** The value that JSON.parse returns for the text of a row. */
const worth = ({ raw }: ParsedRow): string => JSON.stringify(JSON.parse(raw));

/** Checks a document of any shape: the values, their positions, and that chunks make no difference. */
async function check(
  text: string,
  expected: AsyncIterable<unknown>,
  options: Options = {},
): Promise<void> {
  const rows = whole(text, options);
  const values = await valuesOf(expected);
  if (JSON.stringify(rows.map(worth)) !== JSON.stringify(values)) {
    throw new Error(`${JSON.stringify(rows.map(worth))} instead of ${JSON.stringify(values)}`);
  }
  checkPlaces(text, rows);
  if (JSON.stringify(parse(drip(text), options)) !== JSON.stringify(rows)) {
    throw new Error('the same bytes one by one give other rows');
  }
}

const runs = { numRuns: rounds(40), endOnFailure: true };

test('elements of an array agree with stream-json', async () => {
  await fc.assert(
    fc.asyncProperty(array, (text) =>
      check(text, jsonStream(text).pipe(streamArray.withParserAsStream())),
    ),
    runs,
  );
});

test('so do values one behind the other', async () => {
  // No arrays, because those would be opened; numbers need a separator.
  const values = fc
    .array(
      fc.tuple(
        element.filter((text) => !text.trim().startsWith('[')),
        space,
        fc.boolean(),
      ),
    )
    .map((list) =>
      list.map(([text, gap]) => `${text}${/[\w.]$/.test(text) ? gap || ' ' : gap}`).join(''),
    );
  await fc.assert(
    fc.asyncProperty(values, (text) =>
      check(text, jsonStream(text).pipe(streamValues.withParserAsStream({ jsonStreaming: true }))),
    ),
    runs,
  );
});

test('so does what a path leads to', async () => {
  const other = fc.tuple(fc.constantFrom('event', 'x', 'data', 'a b', '한'), space, element);
  const members = (inner: string): fc.Arbitrary<string> =>
    fc
      .tuple(fc.array(other, { maxLength: 3 }), fc.array(other, { maxLength: 3 }), space, space)
      .map(([before, behind, a, b]) => {
        const member = ([name, gap, value]: string[]): string => `"${name}"${gap}:${gap}${value}`;
        const all = [...before.map(member), `${a}"events"${b}:${inner}`, ...behind.map(member)];
        return `{${all.join(',')}}`;
      });
  const document = array
    .chain(members)
    .chain((inner) => fc.tuple(space, space).map(([a, b]) => `{"m":[{}],${a}"data"${b}:${inner}}`));
  await fc.assert(
    fc.asyncProperty(document, (text) =>
      check(
        text,
        jsonStream(text)
          .pipe(pick.withParserAsStream({ filter: /^data\.events\b/ }))
          .pipe(streamArray.asStream()),
        { path: ['data', 'events'] },
      ),
    ),
    runs,
  );
});

test('a path walks through arrays and finds values of any kind', async (t) => {
  const text =
    '{"a\\u002eb":{"e":{"event_key":"1"},"x":{"e":0}}}\n[{"a.b":{"e":[{"event_key":"2"},3]}}, {"a.b":[{"e":"four"}]}]{"a.b":{"e":5 }}';
  for (const chunks of [[Buffer.from(text)], [...drip(text)]]) {
    const rows = parse(chunks, { path: ['a.b', 'e'] });
    t.strictSame(
      rows.map(({ raw, code }) => [raw, code]),
      [
        ['{"event_key":"1"}', 'ok'],
        ['{"event_key":"2"}', 'ok'],
        ['3', 'not_an_object'],
        ['"four"', 'not_an_object'],
        ['5', 'not_an_object'],
      ],
    );
    checkPlaces(text, rows);
  }
});

test('every JSON text is taken or rejected as an element as it is as a line', async (t) => {
  for (const text of [...VALID, ...INVALID]) {
    let isValid = true;
    try {
      JSON.parse(text);
    } catch {
      isValid = false;
    }
    const document = `[{"event_key":"a"},\n${text},{"event_key":"z"}]`;
    let rows: ParsedRow[];
    try {
      rows = whole(document);
    } catch (error) {
      if (isValid) t.fail(`${text}: ${String(error)}`);
      continue;
    }
    if (JSON.stringify(rows) !== JSON.stringify(parse(drip(document)))) t.fail(`dripped ${text}`);
    const codes = rows.map(({ code }) => code);
    const broken = codes.filter(
      (code) => code === 'invalid_json' || (code === 'too_deep' && !isValid),
    );
    // Text that is valid JSON only together with its neighbours is two or more elements.
    const isElements = !isValid && isJson(document);
    if (broken.length > 0 === (isValid || isElements))
      t.fail(`${text.slice(0, 200)}: ${codes.join()}`);
    if (isValid) checkPlaces(document, rows);
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('cut at every byte, a document gives the same rows', async (t) => {
  const text = `\ufeff[\r\n  {"event_key":"\\ud83d\\ude00 한국 ]}","a":[{"b":"\\\\\\""}]} ,\n  7,"}",{"bad" 1},\r\n{"event_key":"last"}${' '.repeat(130)}]\n{"event_key":"x"}{"event_key":"y"}\n[ ]`;
  const source = Buffer.from(text);
  const expected = whole(text);
  t.strictSame(
    expected.map(({ code, line, key }) => [code, line, key]),
    [
      ['ok', 2, '😀 한국 ]}'],
      ['not_an_object', 3, ''],
      ['not_an_object', 3, ''],
      ['invalid_json', 3, ''],
      ['ok', 4, 'last'],
      ['ok', 5, 'x'],
      ['ok', 5, 'y'],
    ],
  );
  checkPlaces(text, expected);
  t.match(expected[3]?.message, /not valid JSON at byte 8 of the line: "1\}"/);
  for (let at = 0; at <= source.length; at++) {
    const rows = parse([source.subarray(0, at), source.subarray(at)]);
    if (JSON.stringify(rows) !== JSON.stringify(expected)) t.fail(`cut at ${at}`);
  }
});

test('a document that is malformed around its events ends with a clear error', async (t) => {
  const broken: [string, Options, string, RegExp][] = [
    [
      '[{"a":1},{"a":2}',
      {},
      'E_INPUT_TRUNCATED',
      /doc, line 1, byte 16: expected "\]" .* line 1, got the end/,
    ],
    ['\n[{"a":1},\n', {}, 'E_INPUT_TRUNCATED', /line 3, .* that begins at line 2,/],
    ['[{"a":"', {}, 'E_INPUT_TRUNCATED', /got the end of the input/],
    ['{"a":[', {}, 'E_INPUT_TRUNCATED', /expected the end of the JSON document/],
    ['[{},]', {}, 'E_INPUT_FORMAT', /line 1, byte 4: expected a value, got "\]"/],
    ['[{},\n,{}]', {}, 'E_INPUT_FORMAT', /line 2, byte 5: expected a value, got ","/],
    ['[,{}]', {}, 'E_INPUT_FORMAT', /byte 1: expected a value, got ","/],
    ['{"data":{"events":[{}', { path: ['data', 'events'] }, 'E_INPUT_TRUNCATED', /"\]"/],
    [
      '{"data":{"events":[{}]',
      { path: ['data', 'events'] },
      'E_INPUT_TRUNCATED',
      /end of the JSON/,
    ],
    ['{"data":{"events":}}', { path: ['data', 'events'] }, 'E_INPUT_FORMAT', /got "\}"/],
    [
      '{"data":{"events" []}}',
      { path: ['data', 'events'] },
      'E_INPUT_FORMAT',
      /line 1, byte \d+: .*':'/,
    ],
    ['{"data":{"x":tru}}', { path: ['data', 'events'] }, 'E_INPUT_FORMAT', /is malformed/],
    [
      '{"data":1,"b":[]}',
      { path: ['data', 'events'] },
      'E_INPUT_FORMAT',
      /expected events at data\.events/,
    ],
    ['{"\xff":1}', { path: ['a'] }, 'E_INPUT_FORMAT', /not UTF-8/],
  ];
  for (const [text, options, code, message] of broken) {
    const bytes = Buffer.from(text, 'latin1');
    const chunks = [[bytes], Array.from(bytes, (byte) => Buffer.of(byte))];
    for (const each of chunks) t.throws(() => parse(each, options), { code, message });
  }
  t.throws(() => whole('{"data":1,"b":[]}', { path: ['x'] }), {
    message: /at x, got/,
    hint: /"data", "b"/,
  });
});

test('elements that are no UTF-8, or that mix up their brackets, are rejected alone', async (t) => {
  const rows = whole(
    Buffer.from(
      '[{"event_key":"a"},{"event_key":"\xff"},{"event_key":["b"}],{"event_key":"c"}]',
      'latin1',
    ),
  );
  t.strictSame(
    rows.map(({ code, offset }) => [code, offset]),
    [
      ['ok', 1],
      ['invalid_utf8', 19],
      ['invalid_json', 37],
      ['ok', 57],
    ],
  );
});

test('elements over the limit are rejected; those behind keep their places', async (t) => {
  const long = (n: number): string => `{\n"event_key":"${'x'.repeat(n)}"\n}`;
  const small = '{"event_key":"s"}';
  for (const [open, between, close] of [
    ['[', ',\n', ']'],
    ['', '\n', '\n'],
    ['', '', ''],
  ] as const) {
    const list = [small, long(900), small, long(3_000_000), small, long(500_000), small];
    const text = `${open}${list.join(between)}${close}`;
    const source = Buffer.from(text);
    const size = 65_536;
    const chunks = Array.from({ length: Math.ceil(source.length / size) }, (_, n) =>
      source.subarray(n * size, (n + 1) * size),
    );
    for (const each of [[source], chunks]) {
      const rows = parse(each, { maxLine: 100_000 });
      t.strictSame(
        rows.map(({ code }) => code),
        ['ok', 'ok', 'ok', 'line_too_long', 'ok', 'line_too_long', 'ok'],
      );
      checkPlaces(text, rows);
    }
  }
});

test('many elements in many batches keep their places', async (t) => {
  const list = Array.from({ length: 20_000 }, (_, n) => ({
    event_key: `${n}`,
    x: 'y'.repeat(n % 290),
  }));
  const texts = {
    pretty: JSON.stringify(list, null, 1),
    lines: `[\n${list.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`,
    values: list.map((each) => JSON.stringify(each)).join(''),
    path: `{"meta":{"next":null},\n"events":${JSON.stringify(list)}}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    const rows = whole(text, name === 'path' ? { path: ['events'] } : {});
    t.strictSame(
      rows.map(({ key }) => key),
      list.map(({ event_key }) => event_key),
      name,
    );
    checkPlaces(text, rows);
  }
});

test('garbage gives the same rows or the same error, however it is cut', async () => {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...'{}[]",:\\ \n\r1a', '\\"', '\\\\', '\u00e9') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('{"event_key":"a"}', '"text"', ' '.repeat(64), 'null'),
    },
  );
  const garbage = fc
    .tuple(fc.constantFrom('', '[', '[{', '{"a":"'), fc.array(piece, { maxLength: 250 }))
    .map(([head, pieces]) => head + pieces.join(''));
  const outcome = (chunks: Iterable<Uint8Array>): string => {
    try {
      return JSON.stringify(parse(chunks));
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(garbage, fc.nat(1000), (text, at) => {
      const bytes = Buffer.from(text);
      const expected = outcome([bytes]);
      const cuts = [[bytes.subarray(0, at), bytes.subarray(at)], [...drip(text)]];
      for (const chunks of cuts) {
        if (outcome(chunks) !== expected) throw new Error(`${outcome(chunks)}\nnot\n${expected}`);
      }
    }),
    { numRuns: 10 * runs.numRuns, endOnFailure: true },
  );
});
