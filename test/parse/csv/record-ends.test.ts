// The search for record ends, which reads 64 bytes at a time, compared with one that reads byte by byte.
import fc from 'fast-check';
import { test } from 'tap';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { RecordEnds } from '../../../lib/parse/csv/record-ends.ts';
import { rounds } from '../../support/rounds.ts';

interface Found {
  end: number;
  lines: number;
  inQuotes: boolean;
  isMalformed: boolean;
}

/** Searches a whole text byte by byte. Its last character must be a line feed. */
function find(text: string, quote: string): Found {
  const found: Found = { end: 0, lines: 0, inQuotes: false, isMalformed: false };
  let feeds = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\n') {
      feeds++;
      if (!found.inQuotes) Object.assign(found, { end: at + 1, lines: feeds, isMalformed: false });
    } else if (text[at] === quote) {
      if (!found.inQuotes) {
        if (at === found.end || text[at - 1] === ',') found.inQuotes = true;
        else found.isMalformed = true;
      } else if (text[at + 1] === quote) at++;
      else if (/^(?:,|\r?\n)/.test(text.slice(at + 1))) found.inQuotes = false;
      else found.isMalformed = true;
    }
  }
  return found;
}

const kernel = new Kernel({ debug: true });
const ends = new RecordEnds(kernel);
const address = kernel.arena.alloc(1 << 16);

/** Searches the text in steps: up to each of the limits, and then to its end. */
function search(text: string, quote: string, limits: readonly number[]): Found {
  kernel.u8.set(Buffer.from(text, 'latin1'), address);
  ends.begin(',', quote);
  for (const limit of [...limits].sort((a, b) => a - b)) {
    ends.advance(address, Math.min(limit, text.length), false);
  }
  ends.advance(address, text.length, false);
  const { end, lines, inQuotes, isMalformed } = ends;
  return { end, lines, inQuotes, isMalformed };
}

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
      fc.property(text, limits, fc.constantFrom('"', '"', '"', ''), (bytes, cuts, quote) => {
        const expected = find(bytes, quote);
        const found = search(bytes, quote, cuts);
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
  ends.begin(',', '"');
  ends.advance(address, text.length, true);
  t.equal(ends.end, 106);
  t.equal(ends.lines, 2);
  ends.shift();
  ends.advance(address + 106, text.length - 106, false);
  t.equal(ends.end, 8);
  t.equal(ends.lines, 2);
});
