import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { BatchPool } from '../../lib/batch/batch-pool.ts';
import { EventBatch } from '../../lib/batch/event-batch.ts';
import { checkStamp, Kernel } from '../../lib/batch/kernel.ts';
import { KeyTable } from '../../lib/batch/key-table.ts';
import { getField, StructArray } from '../../lib/batch/struct.ts';
import { scanLines } from '../support/batch.ts';

test('values as the source has them', (t) => {
  const line =
    '{"insert_id":"i","event_key":false,"ts":1.50,"metric_value":[1, 2],"identifiers":{"ID":"\\u0041","b":true}}';
  const [row] = scanLines([line], {}, (batch, at) => ({
    scalars: (['insert_id', 'event_key', 'ts', 'metric_value'] as const).map((column) =>
      batch.scalar(at, column),
    ),
    identifiers: batch.entries(at, 'identifiers'),
    others: batch.entries(at, 'user_properties'),
    origin: batch.origin(at),
  }));
  const kernel = new Kernel();
  const [FALSE, TRUE, NUMBER, STRING, ARRAY] = (
    ['KIND_FALSE', 'KIND_TRUE', 'KIND_NUMBER', 'KIND_STRING', 'KIND_ARRAY'] as const
  ).map((kind) => kernel.constant(kind));
  t.strictSame(row, {
    scalars: [
      { text: 'i', kind: STRING },
      { text: 'false', kind: FALSE },
      { text: '1.50', kind: NUMBER },
      { text: '[1,2]', kind: ARRAY },
    ],
    identifiers: [
      { key: 'ID', text: 'A', kind: STRING },
      { key: 'b', text: 'true', kind: TRUE },
    ],
    others: [],
    origin: { source: 'test', line: 1, offset: 0, raw: line },
  });
  t.end();
});

test('an emptied batch remembers nothing', (t) => {
  const kernel = new Kernel({ debug: true });
  const before = kernel.arena.used;
  const keys = new KeyTable(kernel);
  const batch = new EventBatch(kernel, keys);
  const code = kernel.code('line_too_long');
  batch.pushReject(code, { start: batch.get('text'), length: 0, line: 7, offset: 2 ** 40 + 1 });
  batch.temporary(1000);
  t.strictSame([...batch.codes], [code]);
  t.match(batch.origin(0), { line: 7, offset: 2 ** 40 + 1, raw: '' });
  t.strictSame(batch.entries(0, 'identifiers'), []);
  batch.warnings[3] = 9;
  const full = kernel.arena.used;
  batch.clear();
  t.equal(batch.rows, 0);
  t.equal(batch.warnings[3], 0);
  t.ok(kernel.arena.used < full, 'what was temporary is gone');
  batch.destroy();
  keys.release();
  t.equal(kernel.arena.used, before);
  t.end();
});

test('a pool hands the same batches out again, and keeps no large ones', (t) => {
  const kernel = new Kernel({ debug: true });
  const keys = new KeyTable(kernel);
  const before = kernel.arena.used;
  const pool = new BatchPool(kernel);
  const one = pool.take(keys, 'a');
  const two = pool.take(keys, 'b');
  t.not(one, two);
  one.release();
  const again = pool.take(keys, 'c');
  t.equal(again, one);
  t.equal(again.source, 'c');
  const large = pool.take(keys, 'd', 5_000_000);
  t.ok(large.textCap >= 5_000_000);
  const used = kernel.arena.used;
  large.release();
  t.ok(kernel.arena.used < used - 5_000_000);
  two.release();
  pool.close();
  again.release();
  t.equal(kernel.arena.used, before, 'what was out when the pool closed is freed too');
  t.end();
});

test('an array of structs keeps its contents as it grows', (t) => {
  const kernel = new Kernel({ debug: true });
  const slots = new StructArray(kernel, 'Slot', 2);
  for (let n = 0; n < 100; n++) t.equal(slots.push({ start: n, kind: 3 }), n);
  slots.set(50, { len: 7 });
  t.equal(slots.get(50, 'start'), 50);
  t.equal(slots.get(50, 'len'), 7);
  t.equal(slots.get(99, 'row'), 0, 'fields not given are 0');
  t.equal(getField(kernel, 'Slot', slots.address, 'kind'), 3);
  kernel.arena.checkGuards();
  slots.free();
  t.end();
});

test('a kernel that was built at another time is refused', (t) => {
  const wasm = readFileSync(new URL('../../lib/kernel/kernel.wasm', import.meta.url));
  t.doesNotThrow(() => checkStamp(new WebAssembly.Module(wasm)));
  wasm[wasm.length - 1] = (wasm.at(-1) as number) ^ 1;
  const refused = { code: 'E_INTERNAL', message: /built without/ };
  t.throws(() => checkStamp(new WebAssembly.Module(wasm)), refused);
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  t.throws(() => checkStamp(new WebAssembly.Module(empty)), refused);
  t.end();
});

test('views of the memory', (t) => {
  const kernel = new Kernel();
  const before = kernel.u8;
  kernel.arena.alloc(300 << 20);
  t.not(kernel.u8, before, 'are taken anew when it grew');
  t.end();
});
