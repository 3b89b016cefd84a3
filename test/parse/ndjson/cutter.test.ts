import fc from 'fast-check';
import t from 'tap';
import type { Block } from '../../../lib/parse/block.ts';
import { LineCutter } from '../../../lib/parse/ndjson/cutter.ts';
import { rounds } from '../../support/rounds.ts';

interface Cut {
  text: string;
  offset: number;
}

function cut(chunks: readonly string[], options: { maxLine: number; blockSize: number }): Cut[] {
  const cutter = new LineCutter(options);
  const blocks: Block[] = [];
  for (const chunk of chunks) blocks.push(...cutter.push(Buffer.from(chunk, 'latin1')));
  blocks.push(...cutter.end());
  return blocks.map(({ pieces, offset }) => ({
    text: Buffer.concat(pieces).toString('latin1'),
    offset,
  }));
}

/** The lines unchanged, except that lines that are too long are cut somewhere after the limit. */
function lines(text: string, maxLine: number): string[] {
  return text
    .split(/(?<=\n)/)
    .map((line) => (line.replace(/\n$/, '').length > maxLine ? line.slice(0, maxLine + 1) : line));
}

t.test('blocks are whole lines, and all of them', async () => {
  const chunk = fc
    .array(fc.constantFrom('a', 'bc', '\n', '\n\n', 'x'.repeat(9), 'y'.repeat(40)), {
      maxLength: 12,
    })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.array(chunk, { maxLength: 12 }),
      fc.integer({ min: 1, max: 60 }),
      (chunks, size) => {
        const maxLine = 30;
        const source = chunks.join('');
        const blocks = cut(chunks, { maxLine, blockSize: size });
        for (const [index, { text, offset }] of blocks.entries()) {
          if (!source.startsWith(text, offset)) throw new Error(`not from ${offset}: ${text}`);
          const last = text.slice(text.lastIndexOf('\n') + 1);
          const ends = index === blocks.length - 1 || last === '' || last.length > maxLine;
          if (!ends) throw new Error(`a line is cut: ${text}`);
        }
        const kept = lines(blocks.map(({ text }) => `${text}\0`).join(''), Number.POSITIVE_INFINITY)
          .join('')
          .split(/\0|(?<=\n)/)
          .filter((line) => line !== '');
        const expected = lines(source, maxLine).filter((line) => line !== '');
        if (kept.length !== expected.length) throw new Error(JSON.stringify({ kept, expected }));
        kept.forEach((line, index) => {
          if (!line.startsWith((expected[index] as string).replace(/\n$/, ''))) {
            throw new Error(JSON.stringify({ kept, expected }));
          }
        });
      },
    ),
    { numRuns: rounds(2000) },
  );
});

t.test('the rest of a line that is too long is not kept', async (t) => {
  const blocks = cut(['ok\n', 'x'.repeat(20), 'x'.repeat(20), 'xx\nnext\n'], {
    maxLine: 10,
    blockSize: 100,
  });
  t.strictSame(blocks, [
    { text: `ok\n${'x'.repeat(20)}`, offset: 0 },
    { text: 'next\n', offset: 46 },
  ]);
});
