import { brotliCompressSync, gzipSync } from 'node:zlib';
import { test } from 'tap';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import { collect, drip } from '../helpers.ts';

async function read(
  name: string,
  bytes: Uint8Array,
  size: number,
): Promise<{ text: string; error: unknown }> {
  const [source] = await resolveInputs([{ name, stream: drip(bytes, size) }]);
  if (source === undefined) throw new Error('no source');
  return collect(source.open());
}

const LONG = '{"event":"한국"}\n'.repeat(200_000);

test('Brotli, by name', async (t) => {
  for (const text of ['', 'a', LONG]) {
    for (const size of [1, 1000, 1 << 20]) {
      t.strictSame(await read('a.ndjson.br', brotliCompressSync(text), size), {
        text,
        error: undefined,
      });
    }
  }
  t.equal((await read('A.BR', brotliCompressSync('a'), 10)).text, 'a');
});

test('cut off anywhere', async (t) => {
  const whole = brotliCompressSync('{"a":1}\n'.repeat(20));
  for (let length = 0; length < whole.length; length++) {
    const { error } = await read('a.br', whole.subarray(0, length), 1000);
    t.match(
      error,
      { code: 'E_INPUT_TRUNCATED', message: /a\.br: the Brotli data is truncated/ },
      `${length}`,
    );
  }
});

test('damaged, or none', async (t) => {
  const cases: [Buffer, RegExp][] = [
    [Buffer.from('{"a":1}\n'), /a\.br: the data is damaged, or is not Brotli/],
    [Buffer.concat([brotliCompressSync('a'), Buffer.from('b')]), /a\.br: something else follows/],
    [brotliCompressSync(gzipSync('a')), /compressed once more/],
  ];
  for (const [bytes, message] of cases) {
    const { error } = await read('a.br', bytes, 1000);
    t.match(error, { code: 'E_INPUT_FORMAT', message });
  }
});
