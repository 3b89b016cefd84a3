// The hash of texts: as BigInt has it, and useless to whoever knows the code but not the secrets.
import fc from 'fast-check';
import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { BUILDS } from '../support/batch.ts';
import { hashOf, secretsIn } from '../support/hash.ts';
import { rounds } from '../support/rounds.ts';

/** Hashes texts by a kernel. */
function hasher(kernel: Kernel): (text: string, context?: number) => number {
  const address = kernel.arena.alloc(1024 + kernel.constant('PADDING'));
  return (text, context = 0) => {
    const length = kernel.bytes.write(text, address);
    // What is after the text must not matter.
    kernel.u8.fill(Math.floor(256 * Math.random()), address + length, address + length + 64);
    return kernel.fn.hashText(address, length, context) >>> 0;
  };
}

for (const { build, debug } of BUILDS) {
  test(`texts of every length, ${build} kernel`, (t) => {
    const kernel = new Kernel({ debug });
    const secrets = secretsIn(kernel);
    const hash = hasher(kernel);
    const text = fc.string({ unit: fc.constantFrom('a', '\0', 'é', '한'), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(), (text, context) => {
        return hash(text, context) === Number(hashOf(text, secrets, context) & 0xffff_ffffn);
      }),
      { numRuns: rounds(3000) },
    );
    t.pass('all agree');
    t.end();
  });
}

/** Pairs that are told apart in a few places only, where a hash without secrets is the weakest. */
const PAIRS: readonly [string, string][] = [
  ['abcdefgh12345678', 'abcdefgi12345679'],
  [
    '\u0100\u0100\u0100\u0100\u0100\u0100\u0100\u0100',
    '\u0100\u0100\u0100\u0180\u0100\u0100\u0100\u0180',
  ],
  ['a', 'a\0'],
  ['', '\0'],
  ['aaaaaaaaa', 'aaaaaaaaaa'],
  ['x'.repeat(32) + 'a'.repeat(32), 'a'.repeat(32) + 'x'.repeat(32)],
  [
    `${'x'.repeat(16)}${'y'.repeat(16)}${'z'.repeat(16)}`,
    `${'y'.repeat(16)}${'x'.repeat(16)}${'z'.repeat(16)}`,
  ],
];

test('no two texts have one hash whatever the secrets are', (t) => {
  for (const [a, b] of PAIRS) {
    // By chance two hashes of 32 bits are equal once in 4 billion kernels.
    const equal = Array.from({ length: 40 }, () => hasher(new Kernel({ debug: false }))).filter(
      (hash) => hash(a) === hash(b),
    );
    t.equal(equal.length, 0, JSON.stringify([a, b]));
  }
  const hash = hasher(new Kernel({ debug: false }));
  t.not(hash('a', 1), hash('a', 2), 'nor in two contexts');
  t.not(
    hash('purchase'),
    hasher(new Kernel({ debug: false }))('purchase'),
    'each kernel has its own',
  );
  t.end();
});

/** Texts of 16 bytes that have one hash by the kernel's first function, which had no secrets and can be inverted. */
function formerlyEqual(count: number): Buffer[] {
  const word = (value: bigint): bigint => BigInt.asUintN(64, value);
  const mixed = (h: bigint): bigint => h ^ (h >> 32n);
  const [by, inverse] = [0xff51afd7ed558ccdn, inverseOf(0xc4ceb9fe1a85ec53n)];
  return Array.from({ length: count }, (_, n) => {
    const text = Buffer.alloc(16);
    text.writeBigUInt64LE(BigInt(n));
    const first = mixed(word((BigInt(n) ^ 16n) * by));
    text.writeBigUInt64LE(word(mixed(word(0x1234_5678_9abcn - first)) * inverse), 8);
    return text;
  });
}

function inverseOf(factor: bigint): bigint {
  let x = factor;
  for (let bits = 3; bits < 64; bits *= 2) x = BigInt.asUintN(64, x * (2n - factor * x));
  return x;
}

test('100,000 texts that once had one hash are spread over a table', (t) => {
  const kernel = new Kernel({ debug: false });
  const address = kernel.arena.alloc(64);
  const places = new Uint8Array(1 << 18);
  const texts = formerlyEqual(100_000);
  for (const text of texts) {
    kernel.u8.set(text, address);
    const place = kernel.fn.hashText(address, text.length, 6) & (places.length - 1);
    places[place] = (places[place] as number) + 1;
  }
  const most = places.reduce((a, b) => Math.max(a, b));
  t.ok(most < 16, `${most} of 100,000 in one place`);
  t.end();
});
