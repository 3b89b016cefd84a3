// The search for record ends, which reads 64 bytes at a time, compared with one that reads byte by byte.
import fc from 'fast-check';
import { test } from 'tap';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { RecordEnds } from '../../../lib/parse/csv/record-ends.ts';
import { rounds } from '../../support/rounds.ts';

interface Found {
  end: number;
  lines: number;
}

/** Searches a whole text byte by byte. Its last character must be a line feed. */
function find(text: string, quote: string, comment = ''): Found {
  let found: Found = { end: 0, lines: 0 };
  for (let at = 0; at < text.length; ) {
    const end = recordEnd(text, { at, quote, comment });
    if (end === undefined) break;
    found = { end, lines: found.lines + text.slice(at, end).split('\n').length - 1 };
    at = end;
  }
  return found;
}

/** The end of the record at a place: of its first line if a quote is misplaced; undefined if a quote is not closed. */
function recordEnd(
  text: string,
  { at, quote, comment }: { at: number; quote: string; comment: string },
): number | undefined {
  const lineEnd = text.indexOf('\n', at) + 1;
  if (comment !== '' && text[at] === comment) return lineEnd;
  let inQuotes = false;
  for (let p = at; p < text.length; p++) {
    if (text[p] === '\n' && !inQuotes) return p + 1;
    if (text[p] !== quote) continue;
    if (!inQuotes) {
      if (p !== at && text[p - 1] !== ',') return lineEnd;
      inQuotes = true;
    } else if (text[p + 1] === quote) p++;
    else if (/^(?:,|\r?\n)/.test(text.slice(p + 1))) inQuotes = false;
    else return lineEnd;
  }
  return undefined;
}

const kernel = new Kernel({ debug: true });
const ends = new RecordEnds(kernel);
const address = kernel.arena.alloc(1 << 16);

/** Searches the text in steps: up to each of the limits, and then to its end. */
function search(text: string, quote: string, limits: readonly number[], comment = ''): Found {
  kernel.u8.set(Buffer.from(text, 'latin1'), address);
  ends.begin({ delimiter: ',', quote, comment });
  for (const limit of [...limits].sort((a, b) => a - b)) {
    ends.advance(address, Math.min(limit, text.length), false);
  }
  ends.advance(address, text.length, false);
  const { end, lines } = ends;
  return { end, lines };
}

const quotes = fc.constantFrom('"', '"', '"', '');
const comments = fc.constantFrom('', '', 'a');
const limits = fc.array(fc.nat(600), { maxLength: 5 });
const some = (pieces: string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...pieces), { minLength: 20, maxLength: 300, size: 'max' })
    .map((texts) => `${texts.join('')}\n`);

for (const [what, text] of [
  ['garbage', some(['"', '"', ',', '\n', '\r\n', '\r', 'a', 'abc'])],
  [
    'mostly well-formed',
    some(['"x"', '"x""y"', '""', '","', ',', ',', '\n', '\r\n', 'a', '"z\n"', 'abcdefgh']),
  ],
  ['a stray quote among text', some([...'abcdefgh'.repeat(12), ',', '\n', '"'])],
] as const) {
  test(what, async (t) => {
    fc.assert(
      fc.property(text, limits, quotes, comments, (bytes, cuts, quote, comment) => {
        const expected = find(bytes, quote, comment);
        const found = search(bytes, quote, cuts, comment);
        if (JSON.stringify(found) === JSON.stringify(expected)) return;
        throw new Error(`${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
      }),
      { numRuns: rounds(3000), endOnFailure: true },
    );
    t.pass();
  });
}

test('a quote in every place of a window', async (t) => {
  for (const before of ['', 'x,"y', 'x,"y\n']) {
    for (const piece of ['"', '""', '"""', ',"', '",', '"\n', '"\r\n', '\n"', 'a"', '"a']) {
      for (let at = 0; at < 140; at++) {
        const text = `${before}${'a'.repeat(at)}${piece}${'b'.repeat(210 - at)}\n`;
        t.strictSame(search(text, '"', []), find(text, '"'));
      }
    }
  }
});

test('the first record only', async (t) => {
  const text = `"${'x'.repeat(100)}\n",2\n3,4\n5,6\n`;
  kernel.u8.set(Buffer.from(text), address);
  ends.begin({ delimiter: ',', quote: '"', comment: '' });
  ends.advance(address, text.length, true);
  t.equal(ends.end, 106);
  t.equal(ends.lines, 2);
  ends.shift();
  ends.advance(address + 106, text.length - 106, false);
  t.equal(ends.end, 8);
  t.equal(ends.lines, 2);
});
