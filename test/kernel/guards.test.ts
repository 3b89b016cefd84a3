// The debug build's nets: guard words behind blocks, and assertions.
import { test } from 'tap';
import { EventBatch } from '../../lib/batch/event-batch.ts';
import { Kernel } from '../../lib/batch/kernel.ts';
import { KeyTable } from '../../lib/batch/key-table.ts';

test('a byte written behind a block is found', (t) => {
  const { arena, u8 } = new Kernel({ debug: true });
  const block = arena.alloc(100);
  arena.checkGuards();
  u8[block + arena.capacity(block)] = 1;
  t.throws(() => arena.checkGuards(), { code: 'E_INTERNAL', message: /guard word behind/ });
  t.throws(() => arena.free(block), { code: 'E_INTERNAL' });
  t.end();
});

test('blocks do not overlap, and are found again', (t) => {
  for (const debug of [false, true]) {
    const { arena } = new Kernel({ debug });
    const sizes = [1, 47, 48, 49, 64, 65, 4096, 70_000, 1_000_000];
    const blocks = sizes
      .map((size) => ({ size, at: arena.alloc(size) }))
      .sort((a, b) => a.at - b.at);
    for (const [index, { at, size }] of blocks.entries()) {
      t.equal(at % 64, 0);
      t.ok(arena.capacity(at) >= size);
      const next = blocks[index + 1];
      if (next) t.ok(at + arena.capacity(at) <= next.at);
    }
    const used = arena.used;
    const [first] = blocks;
    arena.free(first?.at as number);
    t.ok(arena.used < used);
    t.equal(arena.alloc(first?.size as number), first?.at, 'the free block is taken again');
    t.throws(() => arena.free(12_345), { code: 'E_INTERNAL', message: /no live block/ });
  }
  t.end();
});

test('reading past a text that nothing ends is an assertion', (t) => {
  const kernel = new Kernel({ debug: true });
  kernel.imports = { newKey: () => 0, newInside: () => 0 };
  const keys = new KeyTable(kernel);
  const batch = new EventBatch(kernel, keys);
  const text = batch.get('text');
  // No line feed where the line should end, nor behind it.
  kernel.u8.fill(0x20, text, text + 4096);
  const scanner = kernel.arena.alloc(kernel.constant('Scanner_SIZE'));
  kernel.u8.fill(0, scanner, scanner + kernel.constant('Scanner_SIZE'));
  t.throws(() => kernel.fn.scan?.(scanner, batch.address, text, text + 100, 0), {
    code: 'E_INTERNAL',
    message: /kernel assertion failed/,
  });
  t.end();
});

test('the two builds are not the same', (t) => {
  t.equal(new Kernel({ debug: true }).debug, true);
  t.equal(new Kernel({ debug: false }).debug, false);
  const { arena, u8 } = new Kernel({ debug: false });
  const block = arena.alloc(100);
  u8[block + arena.capacity(block)] = 1;
  arena.checkGuards();
  t.end();
});
