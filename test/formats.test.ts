// The same events in every form of JSON are the same rows, with and without threads.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { test } from 'tap';
import { convert } from '../lib/convert.ts';
import { readOutput } from './support/read-parquet.ts';
import { firstDifference, type Outcome, runConvert } from './support/run-convert.ts';
import { tempFolder } from './support/temp.ts';

const sample = (name: string): string =>
  fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
const lines = gunzipSync(readFileSync(sample('wikipedia.ndjson.gz')))
  .toString()
  .trim()
  .split('\n')
  .slice(0, 400);
const mapping = {
  ...JSON.parse(readFileSync(sample('wikipedia.mapping.json'), 'utf8')),
  // Derived from fields: the text of an event differs between the forms.
  insert_id: { derive: ['time', 'page', 'user', 'channel', 'delta'] },
};

/** Each takes threads long to start: three are enough for the three kinds of block. */
const THREADED = ['pretty array', 'objects without anything between', 'a document a line'];

const FORMS: Record<string, { text: string; jsonPath?: string }> = {
  array: { text: `[${lines.join(',')}]` },
  'array of lines': { text: `[\n${lines.join(',\n')}\n]\n` },
  'pretty array': {
    text: JSON.stringify(
      lines.map((each) => JSON.parse(each)),
      null,
      2,
    ),
  },
  'pretty objects': {
    text: lines.map((each) => JSON.stringify(JSON.parse(each), null, 2)).join('\r\n'),
  },
  'objects without anything between': { text: lines.join('') },
  'a document': {
    text: `{"status":"ok","data":{"total":400,\n"events":[${lines.join(', ')}]},"next":[null]}`,
    jsonPath: 'data.events',
  },
  'a document a line': {
    text: lines.map((each, n) => `{"n":${n},"data":{"events":[${each}]}}\n`).join(''),
    jsonPath: 'data.events',
  },
};

test('every form of JSON gives the rows of the lines', async (t) => {
  const run = (text: string, options = {}): Promise<Outcome> =>
    runConvert(t, [Buffer.from(text)], { mapping, ...options });
  const expected = await run(lines.join('\n'));
  t.equal(expected.counts.rowsWritten, lines.length);
  for (const [name, { text, ...options }] of Object.entries(FORMS)) {
    t.equal(firstDifference(await run(text, options), expected), undefined, name);
    if (!THREADED.includes(name)) continue;
    t.equal(
      firstDifference(await run(text, { ...options, threads: 2 }), expected),
      undefined,
      `${name}, with threads`,
    );
  }
});

test('rejects of documents know their places, with and without threads', async (t) => {
  const event = readFileSync(sample('events.ndjson'), 'utf8').split('\n')[0] as string;
  // Several blocks, so that places are counted on between them.
  const list = Array.from({ length: 9000 }, (_, n) =>
    n % 2000 === 1999 ? `{"bad" ${n}}` : event.replace('{', n % 2 ? '{' : '{\n'),
  );
  for (const text of [`[\n${list.join(',\n')}]`, list.join('\n'), `{"e":[${list.join()}]}`]) {
    const options = {
      dryRun: true,
      format: 'json',
      ...(text.startsWith('{"e"') && { jsonPath: 'e' }),
    } as const;
    const inline = await runConvert(t, [Buffer.from(text)], options);
    const threads = await runConvert(t, [Buffer.from(text)], { ...options, threads: 2 });
    t.equal(inline.counts.rowsRejected, 4);
    t.equal(firstDifference(threads, inline), undefined);
    for (const { line, offset, raw } of inline.rejects) {
      t.equal(text.slice(offset, offset + raw.length), raw);
      t.equal(line, text.slice(0, offset).split('\n').length);
    }
  }
});

test('a run may mix formats; a broken document ends it without a commit', async (t) => {
  const folder = tempFolder(t);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const events = readFileSync(sample('events.ndjson'), 'utf8').trim().split('\n');
  const inputs = [
    file('a.ndjson', events.slice(0, 50).join('\n')),
    file('b.json', `[${events.slice(50, 100).join(',\n')}]`),
    file('c', events.slice(100, 150).join('')),
    file('d.jsonl', events.slice(150).join('\n')),
  ];
  for (const threads of [0, 2]) {
    const to = tempFolder(t);
    const report = await convert({ inputs, to, threads });
    t.match(report, { status: 'committed', rowsWritten: 200 });
    const ids = [...(await readOutput(to)).values()].flat().map((row) => row.insert_id);
    t.strictSame(
      new Set(ids),
      new Set(events.map((each) => (JSON.parse(each) as { insert_id: string }).insert_id)),
    );
    const broken = file('broken.json', `[${events.slice(0, 20).join(',')}`);
    const empty = tempFolder(t);
    await t.rejects(convert({ inputs: [...inputs, broken], to: empty, threads }), {
      code: 'E_INPUT_TRUNCATED',
      message: /broken\.json, line 1, byte \d+: expected "\]"/,
    });
    t.equal((await readOutput(empty)).size, 0);
  }
  const to = tempFolder(t);
  const wrong = { inputs, to, format: 'ndjson', jsonPath: 'a' } as const;
  await t.rejects(convert(wrong), { code: 'E_USAGE', message: /jsonPath with JSON documents/ });
});
