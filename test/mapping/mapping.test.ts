import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { ImportError } from '../../lib/errors.ts';
import { findJsonProblem } from '../../lib/mapping/json-problem.ts';
import { loadMapping, parseMapping } from '../../lib/mapping/mapping.ts';
import { formatPath, parsePath } from '../../lib/mapping/path.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { rounds } from '../support/rounds.ts';

const complete = {
  insert_id: 'messageId',
  event_key: 'event',
  ts: 'time',
  identifiers: 'ids',
  platform_properties: 'platform',
};

function errorOf(run: () => unknown): ImportError {
  try {
    run();
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
  throw new Error('expected an error, got none');
}

test('paths', (t) => {
  const tables: [string, string[]][] = [
    ['', []],
    ['.', []],
    ['a', ['a']],
    ['context.os.name', ['context', 'os', 'name']],
    ['a\\.b.c', ['a.b', 'c']],
    ['a\\b', ['a\\b']],
    ['\\.', ['.']],
    ['items.0', ['items', '0']],
    ['한글. b', ['한글', ' b']],
  ];
  for (const [text, names] of tables) t.strictSame(parsePath(text), names, JSON.stringify(text));
  for (const text of ['..', 'a.', '.a', 'a..b', '\ud800']) {
    t.equal(errorOf(() => parsePath(text)).code, 'E_MAPPING', JSON.stringify(text));
  }
  t.end();
});

test('a formatted path reads back', (t) => {
  const name = fc
    .string({ minLength: 1 })
    .filter((text) => !text.endsWith('\\') && !text.includes('\\.'));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), (names) => {
      t.strictSame(parsePath(formatPath(names)), names);
    }),
    { numRuns: rounds(200) },
  );
  t.end();
});

test('mappings that are fine come back as they are', (t) => {
  const fine: Record<string, object> = {
    vendor: VENDOR_MAPPING,
    complete,
    constants: {
      insert_id: { derive: ['user', 'time'] },
      event_key: ['name', { path: 'type' }, { const: 'unknown' }],
      ts: { path: ['a', { path: 'b' }], unit: 'us', timezone: 'Asia/Seoul' },
      metric_value: ['order.total', { const: '-1.5e3' }],
      identifiers: { keys: { id: 'user', Device_Id: ['device', { const: 'none' }] } },
      platform_properties: { keys: { osname: { const: 'Web' }, appversion: { const: '1' } } },
      event_properties: { rest: true, exclude: ['a.b'], flatten: true },
      user_properties: { objects: ['', 'user'], keys: {} },
    },
    'excluded and used': {
      ...complete,
      event_properties: { objects: ['p'], keys: { price: 'p.x' }, exclude: ['p.x', 'time'] },
    },
    'undefined is absent': { ...complete, metric_value: undefined },
  };
  for (const [title, mapping] of Object.entries(fine))
    t.equal(parseMapping(mapping), mapping, title);
  const { insert_id: _, ...others } = complete;
  t.equal(parseMapping(others, { insertId: 'derive' }), others, 'ids are derived by the option');
  t.end();
});

test('what is wrong, and where', (t) => {
  const tables: [part: unknown, message: string | RegExp, hint?: RegExp][] = [
    [{ eventKey: 'x' }, 'mapping: there is no field "eventKey", did you mean "event_key"?'],
    [
      { zzz: 1 },
      'mapping: there is no field "zzz"; the fields here are insert_id, event_key, ts, metric_value, identifiers, event_properties, user_properties, platform_properties, parse, avroUnions, only, about, input',
    ],
    [
      { ts: { path: 'time', time_zone: 'UTC' } },
      'mapping: ts: there is no field "time_zone", did you mean "timezone"?',
    ],
    [
      { event_properties: { object: ['a'] } },
      'mapping: event_properties: there is no field "object", did you mean "objects"?',
    ],
    [
      { ts: { path: 'time', unit: 'sec' } },
      'mapping: ts.unit: expected "auto", "s", "ms", "us", "ns" or "date", got "sec"',
    ],
    [
      { ts: { path: 'time', timezone: 'Asia/Seol' } },
      'mapping: ts.timezone: expected an IANA time zone such as "Asia/Seoul", got "Asia/Seol"; did you mean "Asia/Seoul"?',
    ],
    [{ ts: { path: 'time', timezone: '+09:00' } }, /got "\+09:00"$/, /Etc\/GMT-9/],
    [{ ts: { unit: 's' } }, 'mapping: ts: expected either "path" or "const"'],
    [
      { event_key: 5 },
      'mapping: event_key: expected a path, {"path": "…"}, {"const": "…"} or a list of them, got 5',
    ],
    [
      { event_key: { const: 5 } },
      'mapping: event_key.const: expected a string in double quotes, got 5',
    ],
    [{ event_key: { const: '' } }, /^mapping: event_key: expected a non-empty string/],
    [{ event_key: { path: 'a', const: 'b' } }, /expected either "path" or "const"/, /Fall-backs/],
    [
      { event_key: ['a', { const: 'b' }, 'c'] },
      'mapping: event_key[1]: a constant always has a value, so it can only be last in a list',
    ],
    [{ event_key: [] }, 'mapping: event_key: this list is empty'],
    [
      { event_key: ['a', 1] },
      'mapping: event_key[1]: expected a path, {"path": "…"} or {"const": "…"}, got 1',
    ],
    [
      { event_key: '' },
      'mapping: event_key: expected the path of a field, got the event itself',
      /"objects"/,
    ],
    [
      { event_key: 'a..b' },
      'mapping: event_key: the path "a..b" has an empty name between two dots or at one end',
    ],
    [
      { insert_id: { const: 'x' } },
      'mapping: insert_id: there is no field "const"; the fields here are path, derive, name, fromId, keep',
    ],
    [
      { insert_id: { derive: 'row' } },
      'mapping: insert_id.derive: expected "raw" or a list of paths, got "row"',
    ],
    [{ insert_id: {} }, 'mapping: insert_id: expected "path", "derive" or both'],
    [
      { insert_id: { path: 'id', derive: 'raw', keep: '' } },
      'mapping: insert_id.keep: expected the name of a key',
    ],
    [
      { ts: { path: 'time', epochs: 'seoul' } },
      'mapping: ts.epochs: expected "utc" or "local", got "seoul"',
    ],
    [{ parse: 'a' }, 'mapping: parse: expected a list of paths, got "a"'],
    [{ parse: [''] }, /^mapping: parse\[0\]: expected the path of a field, got the event itself/],
    [{ only: { type: [] } }, 'mapping: only.type: this list is empty'],
    [{ only: { type: 'track' } }, 'mapping: only.type: expected a list of strings, got "track"'],
    [{ only: { 'a..b': ['x'] } }, /^mapping: only/],
    [
      { user_properties: { pairs: [{ key: 'k' }] } },
      'mapping: user_properties.pairs[0].path: expected the path of a field, got nothing',
    ],
    [
      { user_properties: { pairs: [{ path: 'p', values: 'v' }] } },
      'mapping: user_properties.pairs[0]: there is no field "values", did you mean "value"?',
    ],
    [
      { user_properties: { pairs: [{ path: 'p', value: [] }] } },
      'mapping: user_properties.pairs[0].value: this list is empty',
    ],
    [
      { user_properties: { defaults: { A: '1', a: '2' } } },
      /^mapping: user_properties\.defaults\.a: this key and "A" are the same/,
    ],
    [
      { user_properties: { defaults: { a: '' } } },
      'mapping: user_properties.defaults.a: expected a non-empty string',
    ],
    [
      { input: { format: 'xml' } },
      'mapping: input.format: expected one of csv, tsv, json, ndjson, got "xml"',
    ],
    [
      { metric_value: { const: '1,000' } },
      'mapping: metric_value: expected a number as the constant, got "1,000"',
    ],
    [
      { user_properties: { keys: { 'Home City': 'a', 'home city': 'b' } } },
      'mapping: user_properties.keys["home city"]: this key and "Home City" are the same, because keys are stored in lower case',
      /list of sources/,
    ],
    [
      { user_properties: { keys: { '': 'a' } } },
      'mapping: user_properties.keys[""]: a key needs a name',
    ],
    [
      JSON.parse('{"user_properties": {"keys": {"__proto__": "a"}}}'),
      'mapping: user_properties.keys.__proto__: a key cannot have this name',
    ],
    [
      { user_properties: { rest: 'yes' } },
      'mapping: user_properties.rest: expected true or false, got "yes"',
    ],
    [
      { user_properties: { objects: 'a' } },
      'mapping: user_properties.objects: expected a list of paths, got "a"',
    ],
    [
      { user_properties: { objects: ['a.b'], exclude: ['a'] } },
      'mapping: user_properties.objects[0]: exclude "a" of the same map leaves nothing of this object',
    ],
    [
      { identifiers: { keys: { id: 'user' } } },
      'mapping: identifiers: required: the vendor requires "device_id" here in every event. Give a field or a constant for each',
      /"const"/,
    ],
    [
      { platform_properties: {} },
      'mapping: platform_properties: required: the vendor requires "osname" and "appversion" here in every event. Give a field or a constant for each',
      /"platform_properties": \{"keys": \{"osname": \{"const": "…"\}/,
    ],
    [
      { platform_properties: { keys: { osname: { const: '' }, AppVersion: 'v' } } },
      'mapping: platform_properties.keys.osname: expected a non-empty string as the constant',
    ],
    [
      { event_key: undefined },
      /^mapping: event_key: required: the event's name/,
      /"const": "purchase"/,
    ],
    [{ ts: undefined }, /^mapping: ts: required: the time of the event/],
    [{ insert_id: undefined }, /^mapping: insert_id: required: the UUID/, /"derive": "raw"/],
    [{ identifiers: undefined }, /^mapping: identifiers: required: .*"id" and "device_id"/],
    [{ event_key: null }, /^mapping: event_key: expected .*, got null$/],
  ];
  for (const [part, message, hint] of tables) {
    const error = errorOf(() => parseMapping({ ...complete, ...(part as object) }));
    t.equal(error.code, 'E_MAPPING');
    if (typeof message === 'string') t.equal(error.message, message);
    else t.match(error.message, message);
    t.match(error.hint, hint ?? /./);
  }
  for (const value of [null, 5, 'x', []]) {
    t.match(errorOf(() => parseMapping(value)).message, /^mapping: expected an object of columns/);
  }
  t.end();
});

test('several problems are reported together', (t) => {
  const error = errorOf(() => parseMapping({ ...complete, ts: 1, eventkey: 'x' }));
  t.equal(
    error.message,
    'mapping has 2 problems:\n  ts: expected a path, a list of paths or {"path": …, "unit": …, "timezone": …}, got 1\n  there is no field "eventkey", did you mean "event_key"?',
  );
  t.match(errorOf(() => parseMapping({})).message, /has 5 problems/);
  const many = errorOf(() => parseMapping({ ...complete, event_key: Array(12).fill(0) }));
  t.match(many.message, /\n {2}event_key\[9\].*\n {2}and 2 more$/);
  t.end();
});

test('mapping files', (t) => {
  const dir = t.testdir();
  const write = (name: string, content: string | Uint8Array): string => {
    const file = join(dir, name);
    writeFileSync(file, content);
    return file;
  };
  t.strictSame(loadMapping(write('fine.json', `\ufeff${JSON.stringify(complete)}\n`)), complete);

  const missing = join(dir, 'none.json');
  t.equal(
    errorOf(() => loadMapping(missing)).message,
    `cannot read the mapping ${missing}: there is no such file`,
  );
  mkdirSync(join(dir, 'folder'));
  t.match(
    errorOf(() => loadMapping(join(dir, 'folder'))).message,
    /expected a JSON file, got a folder/,
  );
  const latin = write('latin.json', Uint8Array.of(0x22, 0xe9, 0x22));
  t.equal(
    errorOf(() => loadMapping(latin)).message,
    `${latin}: expected UTF-8 text, got other bytes`,
  );

  const comma = write('comma.json', '{\n  "ts": "time",\n}\n');
  t.equal(
    errorOf(() => loadMapping(comma)).message,
    `${comma}, line 3, column 1: expected a name in double quotes, got "}"`,
  );
  const twice = write('twice.json', '{"ts": "a",\n "ts": "b"}');
  t.equal(
    errorOf(() => loadMapping(twice)).message,
    `${twice}, line 2, column 2: this object has the name "ts" twice`,
  );
  const wrong = write('wrong.json', JSON.stringify({ ...complete, event_key: 1 }));
  t.ok(
    errorOf(() => loadMapping(wrong)).message.startsWith(`${wrong}: event_key: expected a path`),
  );
  t.end();
});

test('JSON problems and their positions', (t) => {
  const tables: [string, number, number, string][] = [
    ['', 1, 1, 'expected a value, got the end of the text'],
    ['{"a": 1} x', 1, 10, 'expected the end of the text, got "x"'],
    ['[1 2]', 1, 4, 'expected "," or "]", got "2"'],
    ['{"a" 1}', 1, 6, 'expected ":", got "1"'],
    ['{"a": 1 "b"', 1, 9, 'expected "," or "}", got "\\""'],
    ["{'a': 1}", 1, 2, 'expected a name in double quotes, got "\'"'],
    ['{\n// why\n"a": 1}', 2, 1, 'expected a name in double quotes, got "/"'],
    ['["a\nb"]', 1, 2, 'this string has no closing quote, an invalid escape or a line end inside'],
    [`${'['.repeat(200)}`, 1, 102, 'nested deeper than 100 levels'],
  ];
  for (const [text, line, column, message] of tables) {
    t.strictSame(findJsonProblem(text), { line, column, message }, JSON.stringify(text));
  }
  t.end();
});

test('a text has a JSON problem exactly where JSON.parse refuses it', (t) => {
  const pieces = fc.constantFrom(
    ...'{}[],:"\\ \n01-+.eEtu'.split(''),
    'true',
    'null',
    '"a"',
    '\\u12aF',
    '1.5e-3',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces).map((list) => list.join('')),
        fc.json(),
      ),
      (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const problem = findJsonProblem(text);
        if (/^this object has the name ".*" twice$/s.test(problem?.message ?? '')) return true;
        return (problem === undefined) === valid;
      },
    ),
    { numRuns: rounds(2000) },
  );
  t.end();
});
