// Thousands of lines on both sides of the JSON grammar: each is refused exactly where JSON.parse refuses it.
import { Readable } from 'node:stream';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { depthOf } from '../reference/json.ts';
import { LineDamager } from '../support/generate.ts';
import { INVALID, NOT_UTF8, SEEDS, systematicMutations, VALID } from '../support/json-cases.ts';
import { tempFolder } from '../support/temp.ts';

/** What must be said of a line for its syntax; `event` where it is an object, whatever becomes of that. */
function verdict(line: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    return 'invalid_utf8';
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'invalid_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  return depthOf(text) > 512 ? 'too_deep' : 'event';
}

/** The program's verdicts on lines, none of which is blank or has a line feed. */
async function verdicts(lines: Buffer[], to: string): Promise<string[]> {
  const said: string[] = lines.map(() => 'event');
  const syntax = ['invalid_utf8', 'invalid_json', 'not_an_object', 'too_deep'];
  function* chunks(): Generator<Buffer> {
    // A blank line first, so that a byte order mark in a case is not one at the start.
    yield Buffer.from('\n');
    for (let at = 0; at < lines.length; at += 1000) {
      yield Buffer.concat(lines.slice(at, at + 1000).flatMap((line) => [line, Buffer.from('\n')]));
    }
  }
  await convert({
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

/** Brackets open at once, at most; those in strings count too, which is an upper bound. */
function openBrackets(line: Buffer): number {
  let open = 0;
  let most = 0;
  for (const byte of line) {
    if (byte === 0x5b || byte === 0x7b) most = Math.max(most, ++open);
    else if (byte === 0x5d || byte === 0x7d) open--;
  }
  return most;
}

const isCase = (line: Buffer): boolean =>
  !line.includes(0x0a) && !/^[ \t\r]*$/.test(line.toString('latin1'));

/** The first line on which they differ, and how many there are. */
async function disagreements(lines: Buffer[], to: string): Promise<string[]> {
  const said = await verdicts(lines, to);
  return lines.flatMap((line, index) => {
    const expected = verdict(line);
    if (said[index] === expected) return [];
    // Reading stops at depth 513, whatever is wrong further on.
    if (said[index] === 'too_deep' && openBrackets(line) > 512) return [];
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

test('damaged lines; DAMAGED_LINES=10000000 for a long run', { timeout: 0 }, async (t) => {
  const corpus = [...SEEDS, ...VALID.filter((text) => text.length < 500)].map((x) =>
    Buffer.from(x),
  );
  const seed = Number(process.env.DAMAGE_SEED ?? 1);
  const damager = new LineDamager(seed, corpus);
  const folder = tempFolder(t);
  const batch = 200_000;
  for (let left = Number(process.env.DAMAGED_LINES ?? batch); left > 0; left -= batch) {
    const lines: Buffer[] = [];
    while (lines.length < Math.min(batch, left)) {
      const line = Buffer.from(damager.next());
      if (isCase(line)) lines.push(line);
    }
    const wrong = await disagreements(lines, folder);
    t.strictSame(wrong.slice(0, 20), [], `seed ${seed}, ${left} left`);
    if (wrong.length > 0) return;
  }
});
