// Levels and dictionary indices: parquetjs' decoder is the judge.
import { decodeValues } from '@dsnp/parquetjs/dist/lib/codec/rle.js';
import fc from 'fast-check';
import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { BUILDS } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

/** Puts numbers into a block of their own. */
function blockOf(kernel: Kernel, values: readonly number[]): number {
  const address = kernel.arena.alloc(values.length * 4 + 64);
  kernel.u32.set(values, address >>> 2);
  return address;
}

/** What the decoder reads. A cursor of its own: a copy, so that nothing behind the end can be read. */
function decoded(bytes: Buffer, count: number, bitWidth: number): number[] {
  const cursor = { buffer: Buffer.from(bytes), offset: 0, size: bytes.length };
  return decodeValues('INT32', cursor, count, { bitWidth, disableEnvelope: true });
}

/** Numbers with runs of every length. */
const numbers = (width: number): fc.Arbitrary<number[]> =>
  fc
    .array(
      fc.tuple(
        fc.nat(2 ** width - 1),
        fc.oneof(fc.constant(1), fc.nat(40), fc.constantFrom(7, 8, 9, 300)),
      ),
      { maxLength: 40 },
    )
    .map((runs) => runs.flatMap(([value, times]) => Array<number>(times).fill(value)));

for (const { build, debug } of BUILDS) {
  test(`indices of every width, ${build} kernel`, (t) => {
    const kernel = new Kernel({ debug });
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 31 })
          .chain((width) => fc.tuple(fc.constant(width), numbers(width))),
        ([width, values]) => {
          const from = blockOf(kernel, values);
          const to = kernel.arena.alloc(kernel.fn.rleBound(values.length, width));
          const end = kernel.fn.encodeRle(from, values.length, width, to);
          const read = decoded(kernel.bytes.subarray(to, end), values.length, width);
          kernel.arena.free(from);
          kernel.arena.free(to);
          return JSON.stringify(read) === JSON.stringify(values);
        },
      ),
      { numRuns: rounds(400), endOnFailure: true },
    );
    t.pass('all came back');
    t.end();
  });

  test(`levels of maps, ${build} kernel`, (t) => {
    const kernel = new Kernel({ debug });
    const counts = fc.array(
      fc.oneof(fc.nat(3), fc.nat(40), fc.constantFrom(0, 0, 31, 32, 33, 64, 65, 1000)),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(counts, (rows) => {
        const expected = rows.flatMap((entries) =>
          entries === 0
            ? [[0, 0]]
            : Array.from({ length: entries }, (_, at) => [at === 0 ? 0 : 1, 1]),
        );
        const from = blockOf(kernel, rows);
        const to = kernel.arena.alloc(kernel.fn.levelsBound(rows.length, expected.length));
        const end = kernel.fn.writeLevels(from, rows.length, expected.length, to);
        // Each kind of level has its length in front.
        const size = kernel.bytes.readUInt32LE(to);
        const definitions = to + 4 + size;
        const sizes = kernel.bytes.readUInt32LE(definitions);
        const levels = [
          decoded(kernel.bytes.subarray(to + 4, definitions), expected.length, 1),
          decoded(
            kernel.bytes.subarray(definitions + 4, definitions + 4 + sizes),
            expected.length,
            1,
          ),
        ];
        kernel.arena.free(from);
        kernel.arena.free(to);
        return (
          definitions + 4 + sizes === end &&
          expected.every(
            ([repetition, definition], at) =>
              levels[0]?.[at] === repetition && levels[1]?.[at] === definition,
          )
        );
      }),
      { numRuns: rounds(300), endOnFailure: true },
    );
    t.pass('all came back');
    t.end();
  });
}
