// What is read from pages: compared with what other programs make and read, and fed with damage.
import fc from 'fast-check';
import * as snappy from 'snappy';
import { test } from 'tap';
import { Kernel } from '../../lib/batch/kernel.ts';
import { getField } from '../../lib/batch/struct.ts';
import { BUILDS } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

/** Copies bytes into a block of their own, with room after them. */
function put(kernel: Kernel, bytes: Uint8Array, more = 64): number {
  const at = kernel.arena.alloc(bytes.length + more);
  kernel.u8.set(bytes, at);
  return at;
}

const compressible = fc
  .array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 60 })),
    { maxLength: 60 },
  )
  .map((parts) =>
    Buffer.concat(parts.map(([bytes, times]) => Buffer.concat(Array(times).fill(bytes)))),
  );

for (const { build, debug } of BUILDS) {
  test(`${build}: snappy of another program`, (t) => {
    const kernel = new Kernel({ debug });
    fc.assert(
      fc.property(compressible, (bytes) => {
        const packed = snappy.compressSync(bytes);
        const from = put(kernel, packed);
        const to = kernel.arena.alloc(bytes.length + kernel.constant('DECODE_SLACK'));
        const isRight = kernel.fn.snappyDecompress(from, from + packed.length, to, bytes.length);
        const result = Buffer.from(kernel.bytes.subarray(to, to + bytes.length));
        kernel.arena.checkGuards();
        kernel.arena.free(from);
        kernel.arena.free(to);
        return isRight === 1 && result.equals(bytes);
      }),
      { numRuns: rounds(200) },
    );
    t.end();
  });

  test(`${build}: damaged snappy never passes its block`, (t) => {
    const kernel = new Kernel({ debug });
    const damaged = fc.tuple(
      compressible,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(20),
    );
    fc.assert(
      fc.property(damaged, ([bytes, changes, cut]) => {
        const packed = Buffer.from(snappy.compressSync(bytes));
        for (const [at, value] of changes) packed[at % packed.length] = value;
        const length = Math.max(0, packed.length - cut);
        const from = put(kernel, packed.subarray(0, length));
        const to = kernel.arena.alloc(bytes.length + kernel.constant('DECODE_SLACK'));
        const isRight = kernel.fn.snappyDecompress(from, from + length, to, bytes.length) === 1;
        const result = Buffer.from(kernel.bytes.subarray(to, to + bytes.length));
        kernel.arena.checkGuards();
        kernel.arena.free(from);
        kernel.arena.free(to);
        let expected: Buffer | undefined;
        try {
          expected = snappy.uncompressSync(packed.subarray(0, length)) as Buffer;
        } catch {}
        return isRight ? (expected?.equals(result) ?? false) : expected?.length !== bytes.length;
      }),
      { numRuns: rounds(500) },
    );
    t.end();
  });

  test(`${build}: indices`, (t) => {
    const kernel = new Kernel({ debug });
    const numbers = fc.integer({ min: 1, max: 32 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        values: fc
          .array(fc.tuple(fc.nat(2 ** width - 1), fc.integer({ min: 1, max: 30 })), {
            maxLength: 60,
          })
          .map((runs) => runs.flatMap(([value, times]) => Array<number>(times).fill(value))),
      }),
    );
    fc.assert(
      fc.property(numbers, fc.nat(8), ({ width, values }, cut) => {
        const from = put(kernel, new Uint8Array(new Uint32Array(values).buffer));
        const packed = kernel.arena.alloc(kernel.fn.rleBound(values.length, width) + 64);
        const end = kernel.fn.encodeRle(from, values.length, width, packed) >>> 0;
        const to = kernel.arena.alloc(values.length * 4 + 64);
        const last = kernel.fn.decodeRle(packed, end, width, values.length, to) >>> 0;
        const read = [...kernel.u32.subarray(to >>> 2, (to >>> 2) + values.length)];
        const greatest = kernel.fn.getGreatest() >>> 0;
        const short =
          kernel.fn.decodeRle(
            packed,
            Math.max(packed, end - cut - 1),
            width,
            values.length + 8,
            to,
          ) >>> 0;
        kernel.arena.checkGuards();
        for (const block of [from, packed, to]) kernel.arena.free(block);
        const isRight = JSON.stringify(read) === JSON.stringify(values) && last === end;
        return isRight && short === 0 && greatest === values.reduce((a, b) => Math.max(a, b), 0);
      }),
      { numRuns: rounds(300) },
    );
    t.end();
  });

  test(`${build}: levels`, (t) => {
    const kernel = new Kernel({ debug });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(3), fc.nat(40)), { minLength: 1, maxLength: 100 }),
        (counts) => {
          const slots = counts.reduce((sum, count) => sum + Math.max(1, count), 0);
          const from = put(kernel, new Uint8Array(new Uint32Array(counts).buffer));
          const body = kernel.arena.alloc(kernel.fn.levelsBound(counts.length, slots) + 64);
          const end = kernel.fn.writeLevels(from, counts.length, slots, body) >>> 0;
          const to = put(kernel, new Uint8Array(slots));
          const repetition = body + 4 + kernel.bytes.readUInt32LE(body);
          const ones = kernel.fn.decodeLevels(body + 4, repetition, slots, to, 0);
          const entries = kernel.fn.decodeLevels(repetition + 4, end, slots, to, 1);
          const read = [...kernel.u8.subarray(to, to + slots)];
          const expected = counts.flatMap((count) =>
            count === 0 ? [0] : Array.from({ length: count }, (_, n) => (n === 0 ? 2 : 3)),
          );
          kernel.arena.checkGuards();
          for (const block of [from, body, to]) kernel.arena.free(block);
          return (
            JSON.stringify(read) === JSON.stringify(expected) &&
            slots - ones === counts.length &&
            entries === counts.reduce((sum, count) => sum + count, 0)
          );
        },
      ),
      { numRuns: rounds(300) },
    );
    t.end();
  });

  test(`${build}: texts, least and greatest, and those that are not UTF-8`, (t) => {
    const kernel = new Kernel({ debug });
    const result = kernel.arena.alloc(kernel.sizeOf('Texts'));
    const get = (field: Parameters<typeof getField<'Texts'>>[3]): number =>
      getField(kernel, 'Texts', result, field);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }).map((each) => Buffer.from(each)),
      fc.string({ maxLength: 300 }).map((each) => Buffer.from(each)),
      fc.uint8Array({ maxLength: 3 }).map((each) => Buffer.from(each)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), fc.nat(3), (texts, cut) => {
        const page = Buffer.concat(
          texts.flatMap((each) => {
            const length = Buffer.alloc(4);
            length.writeUInt32LE(each.length);
            return [length, each];
          }),
        );
        const from = put(kernel, page);
        const entries = kernel.arena.alloc(8 * texts.length + 64);
        const read = kernel.fn.checkTexts(
          from,
          from + page.length,
          texts.length,
          100,
          entries,
          result,
        );
        const sorted = texts.toSorted((a, b) => a.compare(b));
        const isUtf8 = (bytes: Buffer): boolean =>
          Buffer.from(bytes.toString('utf8')).equals(bytes);
        const at = (start: 'min' | 'max', length: 'minLen' | 'maxLen'): string =>
          kernel.bytes.toString('hex', get(start), get(start) + get(length));
        const wrong = texts.findIndex((each) => !isUtf8(each));
        const isRight =
          read === texts.length &&
          get('end') === from + page.length &&
          get('empty') === texts.filter(({ length }) => length === 0).length &&
          get('notUtf8') === (wrong < 0 ? 0 : 1) &&
          kernel.fn.firstNotUtf8(entries, texts.length) === (wrong < 0 ? texts.length : wrong) &&
          get('long') ===
            texts.filter((each) => each.length > 100 && utf16Length(each) > 100).length &&
          (texts.length === 0 ||
            (at('min', 'minLen') === sorted[0]?.toString('hex') &&
              at('max', 'maxLen') === sorted.at(-1)?.toString('hex')));
        const short = kernel.fn.checkTexts(
          from,
          from + page.length - cut - 1,
          texts.length,
          100,
          entries,
          result,
        );
        kernel.arena.checkGuards();
        kernel.arena.free(from);
        kernel.arena.free(entries);
        return isRight && (texts.length === 0 || short < texts.length);
      }),
      { numRuns: rounds(500) },
    );
    t.end();
  });

  test(`${build}: decimals of 24 digits, and of more`, async (t) => {
    const kernel = new Kernel({ debug });
    const result = kernel.arena.alloc(kernel.sizeOf('Numbers'));
    const bound = 10n ** 24n;
    const values = [
      0n,
      1n,
      -1n,
      bound - 1n,
      -bound + 1n,
      bound,
      -bound,
      2n ** 87n - 1n,
      -(2n ** 87n),
      2n ** 64n,
      -(2n ** 64n),
    ];
    for (const value of values) {
      const hex = BigInt.asUintN(88, value).toString(16).padStart(22, '0');
      const from = put(kernel, Buffer.from(`${hex}${'00'.repeat(11)}`, 'hex'));
      kernel.fn.checkDecimals(from, 2, result);
      const wrong = value >= bound || value <= -bound ? 1 : 0;
      t.equal(getField(kernel, 'Numbers', result, 'wrong'), wrong, String(value));
      t.equal(getField(kernel, 'Numbers', result, value < 0n ? 'min' : 'max'), from, String(value));
    }
  });
}

/** UTF-16 units by the rule of the kernel, which also counts what is not UTF-8. */
function utf16Length(bytes: Buffer): number {
  return bytes.reduce((sum, byte) => sum + ((byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 ? 2 : 1), 0);
}
