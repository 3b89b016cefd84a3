import { constants, gzipSync } from 'node:zlib';
import { test } from 'tap';
import { readBytes } from '../helpers.ts';

const TEXT = '{"a":1}\n{"b":"둘"}\n';
const member = gzipSync(TEXT);

test('one member, in chunks of every size', async (t) => {
  for (let size = 1; size <= member.length; size++) {
    t.strictSame(
      await readBytes(member, size),
      { text: TEXT, error: undefined },
      `chunks of ${size}`,
    );
  }
});

test('several members, wherever chunks end', async (t) => {
  const stored = Buffer.concat([member, gzipSync(''), member, gzipSync('last')]);
  for (let size = 1; size <= stored.length; size++) {
    const { text, error } = await readBytes(stored, size);
    t.equal(error, undefined);
    t.equal(text, `${TEXT}${TEXT}last`, `chunks of ${size}`);
  }
});

test('much more output than input, and more than a chunk', async (t) => {
  const large = '0123456789'.repeat(1_000_000);
  const { text, error } = await readBytes(Buffer.concat([gzipSync(large), gzipSync(large)]), 777);
  t.equal(error, undefined);
  t.ok(text === large + large);
});

test('zeros after the last member are padding', async (t) => {
  for (const zeros of [1, 2, 511, 100_000]) {
    const stored = Buffer.concat([member, Buffer.alloc(zeros)]);
    for (const size of [1000, member.length, member.length + 1, stored.length]) {
      t.strictSame(
        await readBytes(stored, size),
        { text: TEXT, error: undefined },
        `${zeros}/${size}`,
      );
    }
  }
});

test('anything else after it is an error', async (t) => {
  for (const tail of [
    'x',
    'garbage',
    '\n',
    '\0x',
    '\0\0\0\x1f\x8b\x08',
    '{"c":3}\n',
    '\x1f',
    '\x1f\x8bno',
  ]) {
    const stored = Buffer.concat([member, Buffer.from(tail, 'latin1')]);
    for (const size of [1, member.length, stored.length]) {
      const { text, error } = await readBytes(stored, size);
      t.match(
        error,
        { name: 'ImportError', code: /^E_INPUT_(FORMAT|TRUNCATED)$/ },
        JSON.stringify(tail),
      );
      t.ok(TEXT.startsWith(text));
    }
  }
});

test('the message says that something follows', async (t) => {
  for (const [tail, message] of [
    [
      '\0\0{"c":3}\n',
      /something else follows the gzip data and its zero padding: "{\\"c\\":3}\\n"/,
    ],
    ['{"c":3}\n', /something else follows the gzip data/],
    ['\r\n', /something else follows the gzip data/],
    ['\n', /truncated, or a line feed was appended to it; the first 20/],
  ] as const) {
    const { text, error } = await readBytes(Buffer.concat([member, Buffer.from(tail)]));
    t.ok(TEXT.startsWith(text));
    t.match(error, { message, hint: /gzip -dc/ });
  }
});

test('a member cut at any byte is an error that tells what was good', async (t) => {
  for (let length = 1; length < member.length; length++) {
    for (const size of [1, length]) {
      const { text, error } = await readBytes(member.subarray(0, length), size);
      t.ok(TEXT.startsWith(text) || text.includes('\ufffd'));
      t.match(error, {
        code: 'E_INPUT_TRUNCATED',
        message: /^some\.input: .* truncated; the first \d+ uncompressed bytes are good$/,
        position: { source: 'some.input' },
      });
    }
  }
});

test('a second member cut at any byte is one too, with all of the first handed on', async (t) => {
  for (let length = 1; length < member.length; length++) {
    const { text, error } = await readBytes(Buffer.concat([member, member.subarray(0, length)]));
    t.ok(text.startsWith(TEXT));
    t.match(error, { code: 'E_INPUT_TRUNCATED' }, `cut after ${length}`);
  }
});

test('the number of good bytes is exact', async (t) => {
  // Stored, not compressed: what is there can be told byte by byte.
  const plain = 'x'.repeat(3_000_000);
  const stored = gzipSync(plain, { level: constants.Z_NO_COMPRESSION });
  const { text, error } = await readBytes(stored.subarray(0, stored.length - 9), 65_536);
  t.equal(text.length, 3_000_000 - 1);
  t.match(error, { position: { offset: text.length } });
});

test('damage is an error', async (t) => {
  const checksum = Buffer.from(member);
  checksum[checksum.length - 6] = (checksum[checksum.length - 6] ?? 0) ^ 1;
  t.match((await readBytes(checksum)).error, { code: 'E_INPUT_FORMAT', message: /damaged/ });
  const length = Buffer.from(member);
  length[length.length - 1] = (length[length.length - 1] ?? 0) ^ 1;
  t.match((await readBytes(length)).error, { code: 'E_INPUT_FORMAT' });
  const method = Buffer.from(member);
  method[3] = 0xff; // reserved flags
  t.match((await readBytes(method)).error, { code: 'E_INPUT_FORMAT' });
});

test('gzip inside gzip is named', async (t) => {
  t.match((await readBytes(gzipSync(member))).error, {
    code: 'E_INPUT_FORMAT',
    message: /gzip data that was compressed once more/,
    hint: /gzip -dc some\.input/,
  });
});
