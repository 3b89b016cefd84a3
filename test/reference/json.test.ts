import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { test } from 'tap';
import { damaged, eventLine, jsonValue } from '../support/generate.ts';
import { INVALID, SEEDS, systematicMutations, VALID } from '../support/json-cases.ts';
import { rounds } from '../support/rounds.ts';
import { compactJson, depthOf, type JsonValue, readJson, textOf } from './json.ts';

/** The tree as JSON.parse gives it; undefined where it throws. */
function parsed(
  text: string,
  parse = JSON.parse as (text: string) => unknown,
): { value: unknown } | undefined {
  try {
    return { value: parse(text) };
  } catch {
    return undefined;
  }
}

function plain(value: JsonValue): unknown {
  if (value.kind === 'object') {
    const object: Record<string, unknown> = {};
    for (const { name, value: inner } of value.members) {
      Object.defineProperty(object, name, {
        value: plain(inner),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return object;
  }
  if (value.kind === 'array') return value.items.map(plain);
  if (value.kind === 'number') return Number(value.text);
  return value.kind === 'null' ? null : value.value;
}

/**
 * A JSON.parse that has met no other text. V8 in Node 24 and 26 takes a name that begins with an escape for the
 * backslash that was the name in its place in an object before, `{"b":1,"\\":2}` (nodejs/node#63785).
 */
function parseAlone(text: string): unknown {
  return runInNewContext('JSON.parse(text)', { text });
}

/** Whether the reader and JSON.parse say the same of a text. */
function agrees(text: string): boolean {
  return agreesWith(JSON.parse, text) || agreesWith(parseAlone, text);
}

function agreesWith(parse: (text: string) => unknown, text: string): boolean {
  const expected = parsed(text, parse);
  let read: JsonValue;
  try {
    read = readJson(text);
  } catch {
    return expected === undefined;
  }
  if (!expected) return false;
  const again = JSON.stringify(expected.value);
  return (
    JSON.stringify(plain(read)) === again &&
    JSON.stringify(parse(compactJson(read))) === again &&
    compactJson(readJson(compactJson(read))) === compactJson(read)
  );
}

test('the tables of JSON texts say what JSON.parse says', (t) => {
  for (const text of VALID) if (!parsed(text)) t.fail(`JSON.parse refuses ${text}`);
  for (const text of INVALID) if (parsed(text)) t.fail(`JSON.parse accepts ${text}`);
  for (const text of [...VALID, ...INVALID]) {
    if (text.includes('\n')) t.fail(`a line feed in ${JSON.stringify(text)}`);
  }
  t.end();
});

test('the reader accepts what JSON.parse accepts, and reads the same', (t) => {
  let cases = 0;
  const texts = [...VALID, ...INVALID].filter((text) => depthOf(text) <= 1000);
  for (const text of [...texts, ...SEEDS.flatMap((seed) => [...systematicMutations(seed)])]) {
    cases++;
    if (!agrees(text)) t.fail(text);
  }
  t.comment(`${cases} texts`);
  t.end();
});

test('the reader agrees with JSON.parse on random and damaged texts', (t) => {
  fc.assert(fc.property(jsonValue, agrees), { numRuns: rounds(1000) });
  fc.assert(fc.property(eventLine, agrees), { numRuns: rounds(300) });
  fc.assert(
    fc.property(damaged(jsonValue), (line) => agrees(line.toString('utf8'))),
    { numRuns: rounds(3000) },
  );
  t.end();
});

test('what JSON.parse loses stays', (t) => {
  const text = '{ "b" : 1E+5 , "a": [ -0, "\\u00e9\\/\\ud800" ], "b": 12345678901234567890 }';
  t.equal(compactJson(readJson(text)), '{"b":1E+5,"a":[-0,"é/\\ud800"],"b":12345678901234567890}');
  t.equal(textOf(readJson('"\\ud800x\\ud83d\\ude00"')), '\ufffdx😀');
  t.equal(textOf(readJson('["\\ud800"]')), '["\\ud800"]');
  t.equal(depthOf('{"a":[{"[[[":"\\"[["}],"b":{}}'), 3);
  t.end();
});
