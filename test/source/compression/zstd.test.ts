import * as zlib from 'node:zlib';
import { test } from 'tap';
import { ZstdFrames } from '../../../lib/source/compression/zstd-frames.ts';
import { readBytes } from '../helpers.ts';

const TEXT = '{"a":1}\n{"b":"둘"}\n';

const SKIPPABLE = Buffer.from('5a2a4d1803000000010203', 'hex');
const native = typeof (zlib as Partial<typeof zlib>).zstdCompressSync === 'function';

/** A frame of raw blocks, as RFC 8878 has it. */
function frame(text: string, checksum = false): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, checksum ? 0x04 : 0x00, 0x50]);
  const blocks: Buffer[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at === 0 || at < bytes.length; at += 5) {
    const block = bytes.subarray(at, at + 5);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (at + 5 >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(head, block);
  }
  return Buffer.concat([header, ...blocks, Buffer.alloc(checksum ? 4 : 0)]);
}

/** The lengths of the frames found in bytes that come in chunks of `size`; undefined if they are no zstd. */
function walk(bytes: Buffer, size: number): { ends: number[]; complete: boolean } | undefined {
  const frames = new ZstdFrames();
  const ends: number[] = [];
  for (let from = 0; from < bytes.length; from += size) {
    const chunk = bytes.subarray(from, from + size);
    for (let at = 0; at < chunk.length; ) {
      at = frames.advance(chunk, at);
      if (at < 0) return undefined;
      if (frames.complete) ends.push(from + at);
    }
  }
  return { ends, complete: frames.complete };
}

test('frames are found wherever chunks end', (t) => {
  const parts = [frame(TEXT), SKIPPABLE, frame('', true), frame('x'.repeat(17), true)];
  const bytes = Buffer.concat(parts);
  let end = 0;
  const ends = parts.map((part) => (end += part.length));
  for (let size = 1; size <= bytes.length; size++) {
    t.strictSame(walk(bytes, size), { ends, complete: true }, `chunks of ${size}`);
  }
  t.end();
});

test('a cut frame is not complete, at any byte', (t) => {
  const bytes = frame(TEXT, true);
  for (let length = 1; length < bytes.length; length++) {
    t.strictSame(walk(bytes.subarray(0, length), length), { ends: [], complete: false });
  }
  t.end();
});

test('what is no frame is found', (t) => {
  t.equal(walk(Buffer.concat([frame(TEXT), Buffer.from('garbage')]), 1000), undefined);
  t.equal(walk(Buffer.concat([frame(TEXT), Buffer.alloc(4)]), 1), undefined);
  t.end();
});

test('without zstd in Node, a clear error', { skip: native }, async (t) => {
  const { error } = await readBytes(frame(TEXT), 1);
  t.match(error, {
    code: 'E_UNSUPPORTED',
    message: /Node >= 22\.15/,
    hint: /zstd -dc some\.input/,
  });
});

test('zstd through Node', { skip: !native && 'this Node has none' }, async (t) => {
  const one = Buffer.concat([zlib.zstdCompressSync(TEXT), frame(TEXT), SKIPPABLE, frame('')]);
  for (let size = 1; size <= one.length; size++) {
    t.strictSame(
      await readBytes(one, size),
      { text: TEXT + TEXT, error: undefined },
      `chunks of ${size}`,
    );
  }

  const checked = zlib.zstdCompressSync(TEXT, {
    params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
  });
  for (let length = 2; length < checked.length; length++) {
    const { error } = await readBytes(Buffer.concat([checked.subarray(0, length)]));
    t.match(
      error,
      { code: 'E_INPUT_TRUNCATED', message: /\d+ uncompressed bytes/ },
      `cut after ${length}`,
    );
    const second = await readBytes(Buffer.concat([checked, checked.subarray(0, length)]));
    t.ok(second.text.startsWith(TEXT));
    t.match(second.error, { code: 'E_INPUT_TRUNCATED' });
  }

  const damaged = Buffer.from(checked);
  damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
  t.match((await readBytes(damaged)).error, { code: 'E_INPUT_FORMAT' });
  for (const size of [1, 1000]) {
    const garbage = await readBytes(Buffer.concat([checked, Buffer.from('garbage')]), size);
    t.match(garbage, { text: TEXT, error: { code: 'E_INPUT_FORMAT' } });
  }

  const large = '0123456789'.repeat(1_000_000);
  const { text, error } = await readBytes(zlib.zstdCompressSync(large), 100);
  t.equal(error, undefined);
  t.ok(text === large);
});
