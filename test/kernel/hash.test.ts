// The hash of texts: as BigInt has it, and useless to whoever knows the code but not the secrets.
import fc from 'fast-check';
import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { BUILDS } from '../support/batch.ts';
import { hashOf, secretsIn } from '../support/hash.ts';

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
      { numRuns: 3000 },
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
