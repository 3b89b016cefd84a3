import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { planOf } from '../../lib/mapping/compile.ts';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { LineParser } from '../../lib/parse/ndjson/line-parser.ts';
import { BatchBuilder, type BuilderOptions } from '../../lib/transform/batch-builder.ts';
import { INVALID, VALID } from '../support/json-cases.ts';
import { type ParsedRow, rowsOf } from '../support/rows.ts';

/** A kernel with guard words, and a builder that uses it. */
function builder(options: BuilderOptions & { mapping?: EventMapping } = {}): {
  kernel: Kernel;
  builder: BatchBuilder;
} {
  const kernel = new Kernel({ debug: true });
  const plan = planOf(options.mapping ?? VENDOR_MAPPING, { insertId: 'uuid', flatten: false });
  return { kernel, builder: new BatchBuilder(kernel, plan, options) };
}

test('texts are taken and rejected as lines of NDJSON are', async (t) => {
  const texts = [...VALID, ...INVALID].filter((text) => !text.includes('\n') && text.trim() !== '');
  const { kernel, builder: built } = builder();
  const parser = new LineParser(
    kernel,
    planOf(VENDOR_MAPPING, { insertId: 'uuid', flatten: false }),
  );
  built.begin('s');
  let offset = 0;
  for (const [index, text] of texts.entries()) {
    built.add(text, index + 1, offset);
    offset += Buffer.byteLength(text) + 1;
  }
  parser.begin('s');
  const source = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  const lines = [...parser.push(source), ...parser.end()];
  t.strictSame(rowsOf(built.end()), rowsOf(lines));
  t.strictSame([...built.ignored], [...parser.ignored]);
});

test('line feeds between tokens are white space, in a string they are an error', async (t) => {
  const { builder: built } = builder();
  built.begin('s');
  built.add('{\n"event_key"\n:\n"a"\n}\n', 1, 0);
  built.add('{"event_key":"a\nb"}', 6, 30);
  built.add(' \n\t ', 7, 60);
  built.add('', 8, 70);
  const rows = rowsOf(built.end());
  t.match(rows, [
    { code: 'ok', key: 'a', line: 1, offset: 0 },
    { code: 'invalid_json', line: 6, offset: 30, message: /at byte 16 of the line/ },
    { code: 'invalid_json', line: 7, offset: 60 },
    { code: 'invalid_json', line: 8, offset: 70 },
  ]);
});

test('rows keep the text that they had in the source', async (t) => {
  const { builder: built } = builder({ maxLine: 3000 });
  const event = (key: string): string => JSON.stringify({ event_key: key, event_properties: 1 });
  const expected: object[] = [];
  built.begin('one');
  const rows: ParsedRow[] = [];
  for (let n = 0; n < 40_000; n++) {
    if (n === 20_000) built.begin('two');
    const source = n < 20_000 ? 'one' : 'two';
    const raw = `${n};한국;"${'x'.repeat(n % 50)}"`;
    const place = { source, line: n, offset: n * 7, raw };
    if (n % 5 === 0) built.add('', n, n * 7, raw);
    else if (n % 777 === 0) built.add(event('e'.repeat(3000)), n, n * 7, raw);
    else built.add(event(`k${n}`), n, n * 7, raw);
    const code =
      n % 5 === 0 ? 'invalid_json' : n % 777 === 0 ? 'line_too_long' : 'map_not_an_object';
    expected.push({ ...place, code });
    rows.push(...rowsOf(built.takeFull()));
  }
  rows.push(...rowsOf(built.end()));
  t.strictSame(
    rows.map(({ source, line, offset, raw, code }) => ({ source, line, offset, raw, code })),
    expected,
  );
  t.match(rows[1]?.message, /expected a JSON object .*, got another value$/);
});

test('events larger than a batch, and entries that do not fit one', async (t) => {
  // Every member goes into a map three times, so that the entries are full before the text is.
  const mapping: EventMapping = {
    ...VENDOR_MAPPING,
    event_properties: {
      objects: ['a'],
      keys: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, { const: 'c' }])),
    },
  };
  const { kernel, builder: built } = builder({ mapping });
  built.begin('s');
  const rows: ParsedRow[] = [];
  for (let n = 0; n < 16_000; n++) {
    built.add(`{"event_key":"${n}","a":{}}`, n, n, n % 3 === 0 ? `raw ${n}` : undefined);
    if (n % 4000 === 0) {
      const long = `{"event_key":"long${n}","a":{"x":"${'한'.repeat(700_000)}"}}`;
      built.add(long, n, n, 'long');
    }
    rows.push(...rowsOf(built.takeFull()));
  }
  rows.push(...rowsOf(built.end()));
  const expected = Array.from({ length: 16_000 }, (_, n) => [
    [`${n}`, n % 3 === 0 ? `raw ${n}` : `{"event_key":"${n}","a":{}}`],
    ...(n % 4000 === 0 ? [[`long${n}`, 'long']] : []),
  ]).flat();
  t.strictSame(
    rows.map(({ key, raw }) => [key, raw]),
    expected,
  );
  built.destroy();
  t.equal(kernel.arena.used, 0, 'all memory is given back');
});
