import fc from 'fast-check';
import t from 'tap';
import { Arena } from '../../lib/batch/arena.ts';
import { rounds } from '../support/rounds.ts';

const memory = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1, maximum: 65536 });

t.test('live blocks never overlap, are aligned, and keep what is in them', async () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: 1, max: 3 << 20 }),
    fc.constant(0),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.nat(), (steps, seed) => {
      const wasm = memory();
      const arena = new Arena(wasm, 4711, { guards: true });
      const live: { address: number; bytes: number; mark: number }[] = [];
      steps.forEach((bytes, index) => {
        if (bytes > 0) {
          const address = arena.alloc(bytes);
          if (address % 64 !== 0 || address < 4711) throw new Error(`block at ${address}`);
          if (arena.capacity(address) < bytes) throw new Error('block is too small');
          new Uint8Array(wasm.buffer, address, bytes).fill(index);
          live.push({ address, bytes, mark: index & 255 });
        } else if (live.length > 0) {
          const [block] = live.splice((seed + index) % live.length, 1);
          if (block) arena.free(block.address);
        }
      });
      for (const { address, bytes, mark } of live) {
        if (!new Uint8Array(wasm.buffer, address, bytes).every((byte) => byte === mark)) {
          throw new Error('blocks overlap');
        }
        arena.free(address);
      }
      if (arena.used !== 0) throw new Error(`${arena.used} bytes are left`);
    }),
    { numRuns: rounds(30) },
  );
});

t.test('what small blocks gave back serves large ones', async (t) => {
  const wasm = memory();
  const arena = new Arena(wasm, 0);
  const small = Array.from({ length: (8 << 20) / 64 }, () => arena.alloc(64));
  const size = wasm.buffer.byteLength;
  for (const address of small) arena.free(address);
  for (let n = 0; n < 8; n++) arena.alloc(1 << 20);
  t.equal(wasm.buffer.byteLength, size);
});

t.test('guard words find what was written behind a block', async (t) => {
  const wasm = memory();
  const arena = new Arena(wasm, 0, { guards: true });
  const address = arena.alloc(100);
  arena.checkGuards();
  new Uint8Array(wasm.buffer)[address + arena.capacity(address)] = 1;
  t.throws(() => arena.checkGuards(), /guard word/);
  t.throws(() => arena.free(address), /guard word/);
  t.throws(() => arena.free(1), /no live block/);
});
