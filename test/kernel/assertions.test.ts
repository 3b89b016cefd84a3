// The debug build's nets: assertions, and guard words behind blocks (test/batch/arena.test.ts).
import { test } from 'tap';
import { EventBatch } from '../../lib/batch/event-batch.ts';
import { Kernel } from '../../lib/batch/kernel.ts';
import { KeyTable } from '../../lib/batch/key-table.ts';

test('reading past a text that nothing ends is an assertion', (t) => {
  const kernel = new Kernel({ debug: true });
  kernel.imports = { newKey: () => 0, newInside: () => 0 };
  const keys = new KeyTable(kernel);
  const batch = new EventBatch(kernel, keys);
  const text = batch.get('text');
  // No line feed where the line should end, nor behind it.
  kernel.u8.fill(0x20, text, text + 4096);
  const scanner = kernel.arena.alloc(kernel.sizeOf('Scanner'));
  kernel.u8.fill(0, scanner, scanner + kernel.sizeOf('Scanner'));
  t.throws(() => kernel.fn.scan(scanner, batch.address, text, text + 100, 0), {
    code: 'E_INTERNAL',
    message: /kernel assertion failed/,
  });
  t.end();
});

test('the two builds are not the same', (t) => {
  for (const debug of [false, true]) {
    const kernel = new Kernel({ debug });
    const { arena } = kernel;
    t.equal(kernel.debug, debug);
    const block = arena.alloc(100);
    kernel.u8[block + arena.capacity(block)] = 1;
    if (debug) t.throws(() => arena.checkGuards(), { message: /guard word/ });
    else arena.checkGuards();
  }
  t.end();
});
