import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'tap';
import { detectText, textFormat } from '../../lib/parse/detect.ts';
import type { TextFormat } from '../../lib/parse/formats.ts';

const EVENT = '{"event_key":"a","nested":{"list":[1,"}"]}}';

/** Beginning of a text, name of its file, whether it is the whole text, and the expected format. */
const CASES: readonly [string, string, boolean, TextFormat][] = [
  ['', 'x', true, 'ndjson'],
  [' \n\n', 'x', true, 'ndjson'],
  [`${EVENT}\n${EVENT}\n`, 'x', true, 'ndjson'],
  [`${EVENT}\n`, 'x.json', true, 'ndjson'],
  [`${EVENT}  \r\n{"cut`, 'x.json', false, 'ndjson'],
  [`\ufeff\n${EVENT}`, 'x', true, 'ndjson'],
  [EVENT, 'x', true, 'ndjson'],
  // Documents one after another, as Firehose and jq write them.
  [`${EVENT}${EVENT}`, 'x', true, 'json'],
  [`${EVENT} ${EVENT}\n${EVENT}\n`, 'x.ndjson', true, 'json'],
  [`${JSON.stringify(JSON.parse(EVENT), null, 2)}\n`, 'x', true, 'json'],
  [`{\n  "data": {\n    "events": [\n`, 'x', false, 'json'],
  [`{"data": {"events": [\n${EVENT},\n${EVENT}\n]}}\n`, 'x', true, 'json'],
  [`{"data": {"events": [\n${EVENT},\n${EVENT},\n{"cut`, 'x', false, 'json'],
  ['{\n"broken": tru }\n', 'x', true, 'json'],
  // A document on one line: the name decides, because the bytes fit both formats.
  ['{"data":{"events":[{"a":1},', 'x.json', false, 'json'],
  ['{"event_key":"a very long line', 'x.ndjson', false, 'ndjson'],
  // Lines, of which the first ones are malformed.
  [`{"event_key":"a\n${EVENT}\n`, 'x', true, 'ndjson'],
  [`{"event_key":{"a":\n${EVENT}\n${EVENT}\n`, 'x', true, 'ndjson'],
  [`{"event_key":[\n${EVENT}\n`, 'x', true, 'ndjson'],
  [`{"bad\n`, 'x', true, 'ndjson'],
  [`${EVENT},\n${EVENT}\n`, 'x', true, 'ndjson'],
  [`[${EVENT}`, 'x', false, 'json'],
  [' \n [\n', 'x.ndjson', false, 'json'],
  ['event_key,ts,event_properties.price\na,1,2\n', 'x', true, 'csv'],
  ['"event_key";"ts"\r\n', 'x', true, 'csv'],
  ['event_key\tts\n', 'x', true, 'tsv'],
  ['a;b', 'x.csv', true, 'csv'],
  ['1,2,3\n', 'x.csv.gz', true, 'csv'],
  ['1\t2\n', 'events.TSV.zst', true, 'tsv'],
  ['#Version: 1.0\n#Fields: date time\n2015-08-25\t00:20:40\n', 'x', true, 'csv'],
  ['#Software: Microsoft IIS 10.0\r\n#Version: 1.0\r\n', 'u_ex230101.log', false, 'csv'],
  ['{adid},{event_name},[level]\na,b,1\n', 'x', true, 'csv'],
  ['[level],{adid}\n1,a\n', 'x', true, 'csv'],
  ['sep=;\r\na;b\r\n', 'x', true, 'csv'],
  ['1,2,3\n', 'x', true, 'ndjson'],
  ['no event at all\n', 'x', true, 'ndjson'],
  ['no event, 2 at all!\n', 'x.json', true, 'json'],
];

test('the format shows in the first bytes', async (t) => {
  for (const [text, name, isWhole, format] of CASES) {
    const found = await textFormat(Buffer.from(text), { name, isWhole });
    t.equal(found, format, JSON.stringify(text).slice(0, 60));
  }
});

test('UTF-16 without a mark is told, not rejected line by line', async (t) => {
  const little = Buffer.from(`${EVENT}\n`, 'utf16le');
  const big = Buffer.from(little).swap16();
  const options = { name: 'log', isWhole: true };
  await t.rejects(textFormat(little, options), { code: 'E_INPUT_FORMAT', hint: /UTF-16LE/ });
  await t.rejects(textFormat(big, options), { code: 'E_INPUT_FORMAT', hint: /UTF-16BE/ });
});

test('all bytes come, however they are cut, and a source that is left is closed', async (t) => {
  const text = `${EVENT}\n`.repeat(4000);
  const bytes = Buffer.from(text);
  for (const size of [100, 1000, 70_000, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    const { format, chunks: all } = await detectText('x', Readable.from(chunks));
    t.equal(format, 'ndjson');
    t.ok(bytes.equals(await buffer(all)), `pieces of ${size}`);
  }
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      while (true) yield bytes;
    } finally {
      closed = true;
    }
  }
  for await (const _ of (await detectText('x', endless())).chunks) break;
  t.ok(closed);
});
