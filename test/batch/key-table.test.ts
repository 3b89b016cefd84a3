// Interned names: as the kernel sees them in linear memory.
import fc from 'fast-check';
import { test } from 'tap';
import { type FieldName, Kernel } from '../../lib/batch/kernel.ts';
import { KeyTable, WELL_KNOWN_KEYS } from '../../lib/batch/key-table.ts';
import { getField } from '../../lib/batch/struct.ts';

/** A name's text, length in UTF-16 units, and id of its lower-case form, out of the kernel's arrays. */
function seen(table: KeyTable, id: number): { text: string; units: number; lower: number } {
  const { kernel } = table;
  const element = (field: FieldName<'Keys'>): number =>
    kernel.u32[(getField(kernel, 'Keys', table.address, field) >>> 2) + id] as number;
  return {
    text: kernel.text(element('start'), element('len')),
    units: element('units'),
    lower: element('lower'),
  };
}

test('the keys that validation asks for come first', (t) => {
  const table = new KeyTable(new Kernel({ debug: true }));
  t.strictSame(
    WELL_KNOWN_KEYS.map((name) => table.intern(name)),
    [0, 1, 2, 3],
  );
  t.strictSame(seen(table, 2), { text: 'osname', units: 6, lower: 2 });
  t.end();
});

test('names of any text, thousands of them, and their lower-case forms', (t) => {
  const kernel = new Kernel({ debug: true });
  const before = kernel.arena.used;
  const table = new KeyTable(kernel);
  const names = fc.sample(fc.string({ unit: 'grapheme', maxLength: 30 }), {
    numRuns: 6000,
    seed: 2,
  });
  names.push('İ', 'ΑΣ', 'ẞ', 'K', 'x'.repeat(100_000), '');
  const ids = names.map((name) => table.intern(name));
  t.ok(table.isFull);
  const wrong = names.filter((name, index) => {
    const id = ids[index] as number;
    const { text, units, lower } = seen(table, id);
    const lowered = name.toLowerCase();
    return (
      table.intern(name) !== id ||
      text !== name ||
      units !== name.length ||
      lower !== table.intern(lowered) ||
      seen(table, lower).text !== lowered
    );
  });
  t.strictSame(wrong, []);
  t.equal(getField(kernel, 'Keys', table.address, 'count'), table.names.length);
  t.equal(new Set(names).size <= table.names.length, true);
  kernel.arena.checkGuards();
  table.retain().release();
  t.ok(kernel.arena.used > before, 'somebody uses it still');
  table.release();
  t.equal(kernel.arena.used, before);
  t.end();
});
