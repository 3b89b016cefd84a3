import fc from 'fast-check';
import { uncompressSync } from 'snappy';
import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { rounds } from '../support/rounds.ts';

for (const debug of [false, true]) {
  test(`npm's snappy reads what the ${debug ? 'debug' : 'release'} kernel compressed`, (t) => {
    const kernel = new Kernel({ debug });
    const from = kernel.arena.alloc(300_000);
    const to = kernel.arena.alloc(400_000);
    const repetitive = fc
      .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(9000)), {
        maxLength: 9,
      })
      .map((parts) => Buffer.concat(parts.flatMap(([bytes, n]) => Array(n % 900).fill(bytes))));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 3000 }), repetitive), (bytes) => {
        kernel.u8.set(bytes, from);
        const size = kernel.fn.snappyCompress(from, bytes.length, to);
        const back = uncompressSync(Buffer.from(kernel.bytes.subarray(to, to + size)));
        return Buffer.compare(back as Buffer, bytes) === 0;
      }),
      { numRuns: rounds(100) },
    );
    kernel.arena.checkGuards();
    t.pass('every text came back');
    t.end();
  });
}
