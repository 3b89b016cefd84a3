// Files as blocks whose bytes the parser reads itself: nothing is lost between two blocks.

import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { planOf } from '../../../lib/mapping/compile.ts';
import { VENDOR_MAPPING } from '../../../lib/mapping/vendor-mapping.ts';
import { LineBlockParser } from '../../../lib/parse/ndjson/block-parser.ts';
import { fileBlocks } from '../../../lib/parse/ndjson/file-blocks.ts';
import { InputFile } from '../../../lib/source/input-file.ts';
import { openInput } from '../../../lib/source/open-input.ts';
import { PlainFile } from '../../../lib/source/plain-file.ts';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import { codeOf, makeParser } from '../../support/batch.ts';
import { rounds } from '../../support/rounds.ts';
import { tempFolder } from '../../support/temp.ts';

const MAX_LINE = 60;

interface Seen {
  line: number;
  offset: number;
  code: string;
  raw: string;
}

async function opened(path: string): Promise<PlainFile> {
  const file = InputFile.at(path, statSync(path, { bigint: true }), {});
  return new PlainFile(file, await openInput(path), () => {});
}

/**
 * Returns the rows of all blocks, with lines that include those of the blocks before, as the receiver of the threads
 * counts them.
 */
async function byBlocks(file: PlainFile, blockSize: number, maxLine = MAX_LINE): Promise<Seen[]> {
  const kernel = new Kernel({ debug: true });
  const plan = planOf(VENDOR_MAPPING, { insertId: 'uuid', flatten: false });
  const parser = new LineBlockParser(kernel, plan, { maxLine });
  const seen: Seen[] = [];
  let before = 0;
  for await (const block of fileBlocks(file, blockSize)) {
    for (const batch of parser.parse('test', block)) {
      for (let row = 0; row < batch.rows; row++) {
        const { line, offset, raw } = batch.origin(row);
        seen.push({ line: before + line, offset, code: codeOf(batch, row), raw });
      }
      batch.release();
    }
    before += parser.lines;
  }
  kernel.arena.checkGuards();
  return seen;
}

function asOneStream(bytes: Buffer, maxLine = MAX_LINE): Seen[] {
  const { parser } = makeParser({ maxLine });
  const seen: Seen[] = [];
  parser.begin('test');
  for (const batches of [parser.push(bytes), parser.end()]) {
    for (const batch of batches) {
      for (let row = 0; row < batch.rows; row++) {
        const { line, offset, raw } = batch.origin(row);
        seen.push({ line, offset, code: codeOf(batch, row), raw });
      }
      batch.release();
    }
  }
  parser.destroy();
  return seen;
}

t.test('blocks of a file give the same rows at the same places as one stream', async (t) => {
  const path = join(tempFolder(t), 'events.ndjson');
  const text = fc
    .array(
      fc.constantFrom(
        '{"event_key":"a"}',
        '{"x":1}\r',
        '',
        '가나다',
        '{broken',
        ' '.repeat(MAX_LINE + 5),
        'y'.repeat(3 * MAX_LINE),
      ),
      { maxLength: 14 },
    )
    .chain((lines) => fc.constantFrom(lines.join('\n'), `\ufeff${lines.join('\n')}\n`));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 200 }), async (source, blockSize) => {
      const bytes = Buffer.from(source);
      writeFileSync(path, bytes);
      const file = await opened(path);
      try {
        t.strictSame(await byBlocks(file, blockSize), asOneStream(bytes));
      } finally {
        await file.close();
      }
    }),
    { numRuns: rounds(20) },
  );
});

t.test('lines that need larger batches, one behind the other', async (t) => {
  const path = join(tempFolder(t), 'events.ndjson');
  const places = (seen: Seen[]): object[] =>
    seen.map(({ raw, ...place }) => ({ ...place, length: raw.length }));
  for (const lengths of [
    [600_000, 600_000],
    [300_000, 700_000, 2_000_000, 100, 270_000],
  ]) {
    const bytes = Buffer.from(lengths.map((length) => `"${'x'.repeat(length)}"\n`).join(''));
    writeFileSync(path, bytes);
    const file = await opened(path);
    try {
      t.strictSame(
        places(await byBlocks(file, 4 << 20, 4 << 20)),
        places(asOneStream(bytes, 4 << 20)),
      );
    } finally {
      await file.close();
    }
  }
});

t.test('a line over many looks for its end', async (t) => {
  const path = join(tempFolder(t), 'events.ndjson');
  const long = `${'z'.repeat(100_000)}\n{"event_key":"behind"}\n`;
  writeFileSync(path, long);
  const file = await opened(path);
  t.teardown(() => file.close());
  const ends: number[] = [];
  for await (const block of fileBlocks(file, 10)) ends.push(block.file.end);
  t.strictSame(ends, [100_001, long.length]);
});

t.test('a file that became shorter is told, and where it ends', async (t) => {
  const path = join(tempFolder(t), 'events.ndjson');
  writeFileSync(path, '{"x":1}\n'.repeat(10));
  const file = await opened(path);
  t.teardown(() => file.close());
  const { parser } = makeParser();
  t.teardown(() => parser.destroy());
  truncateSync(path, 42);
  parser.begin('events.ndjson');
  t.throws(() => [...parser.pushFile(file.descriptor, 0, 80)], {
    code: 'E_INPUT_CHANGED',
    message: /became shorter/,
    position: { source: 'events.ndjson', offset: 42 },
  });
});

t.test('what is compressed, or only looks like a file, is no plain file', async (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.gz'), Buffer.from('1f8b080000', 'hex'));
  writeFileSync(join(folder, 'a.br'), '{}\n');
  for (const name of ['a.gz', 'a.br']) {
    const [source] = await resolveInputs([join(folder, name)]);
    t.equal(await source?.plainFile?.(), undefined, name);
  }
});
