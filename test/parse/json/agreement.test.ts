// Thousands of valid and invalid lines: the parser rejects exactly the lines that JSON.parse rejects.
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { test } from 'tap';
import { convert } from '../../../lib/convert.ts';
import { INVALID, NOT_UTF8, SEEDS, systematicMutations, VALID } from '../../support/json-cases.ts';
import { stopsAtDepth, verdict } from '../../support/json-verdict.ts';
import { tempFolder } from '../../support/temp.ts';

/** Returns the program's verdicts on lines. No line is blank or contains a line feed. */
async function verdicts(lines: Buffer[], to: string): Promise<string[]> {
  const said: string[] = lines.map(() => 'event');
  const syntax = ['invalid_utf8', 'invalid_json', 'not_an_object', 'too_deep'];
  function* chunks(): Generator<Buffer> {
    // A blank line first, so that a byte order mark in a case is not at the start of the source.
    yield Buffer.from('\n');
    for (let at = 0; at < lines.length; at += 1000) {
      yield Buffer.concat(lines.slice(at, at + 1000).flatMap((line) => [line, Buffer.from('\n')]));
    }
  }
  await convert({
    threads: 0,
    format: 'ndjson',
    inputs: [{ name: 'cases', stream: Readable.from(chunks(), { objectMode: true }) }],
    to,
    dryRun: true,
    maxRejects: Number.MAX_SAFE_INTEGER,
    onReject: ({ line, code }) => {
      if (syntax.includes(code)) said[line - 2] = code;
    },
  });
  return said;
}

const isCase = (line: Buffer): boolean =>
  !line.includes(0x0a) && !/^[ \t\r]*$/.test(line.toString('latin1'));

/** The first line for which the verdicts differ, and the number of such lines. */
async function disagreements(lines: Buffer[], to: string): Promise<string[]> {
  const said = await verdicts(lines, to);
  return lines.flatMap((line, index) => {
    const expected = isUtf8(line) ? verdict(line) : 'invalid_utf8';
    if (said[index] === expected) return [];
    // Parsing stops at depth 513, so later errors do not matter.
    if (said[index] === 'too_deep' && stopsAtDepth(line)) return [];
    return `${said[index]} instead of ${expected}: ${JSON.stringify(line.toString('latin1').slice(0, 300))}`;
  });
}

const TABLES: Buffer[] = [...VALID, ...INVALID].map((text) => Buffer.from(text));

test('every text of the tables, alone, in an array and in an event', async (t) => {
  const inEvent = TABLES.map((text) =>
    Buffer.concat([Buffer.from('{"event_properties":{"a":'), text, Buffer.from('}}')]),
  );
  const ignored = TABLES.map((text) =>
    Buffer.concat([Buffer.from('{"x":'), text, Buffer.from('}')]),
  );
  const inArray = TABLES.map((text) => Buffer.concat([Buffer.from('['), text, Buffer.from(']')]));
  const lines = [...TABLES, ...NOT_UTF8, ...inEvent, ...ignored, ...inArray].filter(isCase);
  t.comment(`${lines.length} lines`);
  t.strictSame((await disagreements(lines, tempFolder(t))).slice(0, 20), []);
});

test('every small change of the seeds', async (t) => {
  const lines = SEEDS.flatMap((seed) => [...systematicMutations(seed)])
    .map((text) => Buffer.from(text))
    .filter(isCase);
  t.comment(`${lines.length} lines`);
  t.strictSame((await disagreements(lines, tempFolder(t))).slice(0, 20), []);
});
