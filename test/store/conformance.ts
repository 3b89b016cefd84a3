import type { Test } from 'tap';
import { STAGING, type Store } from '../../lib/store/contract.ts';

const DAY = 'dt=2023-01-01/';
const PART = `${DAY}000000000000.parquet`;
const STAGED = `${STAGING}2023-01-01/`;
const MARK = `${DAY}_SUCCESS`;
const EMPTY = new Uint8Array(0);

async function write(store: Store, name: string, ...chunks: string[]): Promise<void> {
  const writer = await store.create(name);
  for (const chunk of chunks) await writer.write(Buffer.from(chunk));
  await writer.close();
}

async function names(store: Store, prefix = DAY): Promise<string[]> {
  return (await store.list(prefix)).map(({ name }) => name);
}

/**
 * What any store must do. `makeStore` makes an empty one each time.
 *
 * @param keepsBytes whether what was written can be read: a dry run knows only sizes
 */
export async function conformance(
  t: Test,
  makeStore: (t: Test) => Store | Promise<Store>,
  { keepsBytes = true }: { keepsBytes?: boolean } = {},
): Promise<void> {
  await t.test('an empty store lists nothing', async (t) => {
    const store = await makeStore(t);
    t.same(await store.list(''), []);
    t.same(await store.list(DAY), []);
  });

  await t.test('an object is there only once it is closed', async (t) => {
    const store = await makeStore(t);
    await store.claim(DAY);
    const writer = await store.create(PART);
    await writer.write(Buffer.from('abc'));
    await writer.write(Buffer.alloc(0));
    await writer.write(Buffer.from('defg'));
    t.same(await names(store), []);
    const info = await writer.close();
    t.match(info, { name: PART, size: 7 });
    t.same(await store.list(DAY), [info]);
    await store.release(DAY);
    t.same(await store.list(DAY), [info]);
  });

  await t.test('an object written anew replaces the old one and has another version', async (t) => {
    const store = await makeStore(t);
    await write(store, PART, 'one');
    const [before] = await store.list(DAY);
    await write(store, PART, 'two');
    const [after, ...rest] = await store.list(DAY);
    t.same(rest, []);
    t.equal(after?.size, before?.size);
    t.not(after?.version, before?.version);
  });

  await t.test('listing is sorted and keeps to the prefix', async (t) => {
    const store = await makeStore(t);
    await write(store, `${DAY}000000000001.parquet`, 'b');
    await write(store, PART, 'a');
    await write(store, 'dt=2023-01-02/000000000000.parquet', 'c');
    await store.put(MARK, new Uint8Array(0));
    t.same(await names(store), [PART, `${DAY}000000000001.parquet`, MARK]);
    t.same(await names(store, `${DAY}_`), [MARK]);
    t.equal((await names(store, 'dt=2023')).length, 4);
    t.equal((await names(store, '')).length, 4);
    t.same(await names(store, 'dt=2024-01-01/'), []);
  });

  await t.test('an aborted object leaves nothing and the old one in place', async (t) => {
    const store = await makeStore(t);
    await write(store, PART, 'old');
    const before = await store.list(DAY);
    const writer = await store.create(PART);
    await writer.write(Buffer.from('newer'));
    await writer.abort();
    await writer.abort();
    await t.rejects(writer.write(Buffer.from('x')), { name: 'ImportError' });
    await t.rejects(writer.close(), { name: 'ImportError' });
    t.same(await store.list(DAY), before);
  });

  await t.test('abort after close is harmless', async (t) => {
    const store = await makeStore(t);
    const writer = await store.create(PART);
    const info = await writer.close();
    await writer.abort();
    t.same(await store.list(DAY), [info]);
    t.equal(info.size, 0);
  });

  await t.test('put refuses a name that exists', async (t) => {
    const store = await makeStore(t);
    const info = await store.put(MARK, new Uint8Array(0));
    t.match(info, { name: MARK, size: 0 });
    await t.rejects(store.put(MARK, new Uint8Array(0)), { code: 'E_STORE_CONFLICT' });
    t.same(await store.list(DAY), [info]);
    await store.remove(MARK);
    t.match(await store.put(MARK, Buffer.from('xyz')), { size: 3 });
  });

  await t.test('remove deletes; what is missing is no error', async (t) => {
    const store = await makeStore(t);
    await store.remove(PART);
    t.same(await store.list(''), []);
    await write(store, PART, 'a');
    await store.remove(PART);
    await store.remove(PART);
    t.same(await store.list(''), []);
  });

  await t.test('an object of many parts, in pieces of any size, is whole', async (t) => {
    const store = await makeStore(t);
    const writer = await store.create(PART);
    const size = 20_000_003;
    const bytes = Buffer.alloc(size, 'abcdefg');
    for (let at = 0, step = 1; at < size; at += step, step = Math.min(step * 3, 7_000_000)) {
      // The store owns what it is given: each piece is a copy.
      await writer.write(Buffer.from(bytes.subarray(at, at + step)));
    }
    t.same(await names(store), []);
    const info = await writer.close();
    t.equal(info.size, size);
    t.same(await store.list(DAY), [info]);
  });

  await t.test('an object of many parts that is aborted leaves nothing', async (t) => {
    const store = await makeStore(t);
    const writer = await store.create(PART);
    for (let n = 0; n < 3; n++) await writer.write(Buffer.alloc(7_000_000));
    await writer.abort();
    await store.release(DAY);
    t.same(await store.list(''), []);
  });

  await t.test('the same bytes written by another run are another version', async (t) => {
    const store = await makeStore(t);
    await write(store, PART, 'same');
    const [before] = await store.list(DAY);
    // Some clouds tell the time of writing in seconds only.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await write(store, PART, 'same');
    t.not((await store.list(DAY))[0]?.version, before?.version);
  });

  await t.test('two puts at once: one of them is refused', async (t) => {
    const store = await makeStore(t);
    const puts = await Promise.allSettled([store.put(MARK, EMPTY), store.put(MARK, EMPTY)]);
    t.ok(puts.some(({ status }) => status === 'fulfilled'));
    for (const put of puts) {
      if (put.status === 'rejected') t.match(put.reason, { code: 'E_STORE_CONFLICT' });
    }
    t.equal((await store.list(DAY)).length, 1);
  });

  await t.test('bytes of an object, of no other version', { skip: !keepsBytes }, async (t) => {
    const store = await makeStore(t);
    await write(store, PART, 'abc', 'defg');
    const [object] = await store.list(DAY);
    if (object === undefined) throw new Error('no object');
    const read = async (start: number, end: number): Promise<string> =>
      Buffer.from(await store.read(object, start, end)).toString();
    t.equal(await read(0, 7), 'abcdefg');
    t.equal(await read(2, 5), 'cde');
    t.equal(await read(6, 7), 'g');
    await write(store, PART, 'another');
    await t.rejects(read(0, 7), { code: 'E_STORE_CONFLICT' });
    await store.remove(PART);
    await t.rejects(read(0, 7), { code: 'E_STORE_CONFLICT' });
  });

  await t.test('a copy has the bytes, under a name that may be taken', async (t) => {
    const store = await makeStore(t);
    await store.claim(STAGED);
    await write(store, `${STAGED}run.0.part`, 'staged');
    await write(store, PART, 'before');
    const [staged] = await store.list(STAGED);
    if (staged === undefined) throw new Error('no object');
    t.same(await names(store), [PART]);
    const info = await store.copy(staged, PART);
    t.match(info, { name: PART, size: 6 });
    t.same(await store.list(DAY), [info]);
    if (keepsBytes) t.equal(Buffer.from(await store.read(info, 0, 6)).toString(), 'staged');
    await store.remove(staged.name);
    await store.release(STAGED);
    await store.release(DAY);
    t.same(await store.list(''), [info]);
    await t.rejects(store.copy(staged, MARK), { code: 'E_STORE_CONFLICT' });
    t.same(await store.list(''), [info], 'what is gone is not copied');
  });

  await t.test('an object of many parts is copied whole', { skip: !keepsBytes }, async (t) => {
    const store = await makeStore(t);
    const bytes = Buffer.alloc(17_000_003, 'abcdefg');
    const writer = await store.create(`${STAGED}run.0.part`);
    await writer.write(Buffer.from(bytes));
    const { size } = await store.copy(await writer.close(), PART);
    t.equal(size, bytes.length);
    const [object] = await store.list(DAY);
    t.ok(object && bytes.equals(await store.read(object, 0, size)));
  });

  await t.test('many objects open at once', async (t) => {
    const store = await makeStore(t);
    const days = Array.from({ length: 50 }, (_, n) => `dt=2023-03-${n}/000000000000.parquet`);
    const writers = await Promise.all(days.map((name) => store.create(name)));
    await Promise.all(writers.map((writer, n) => writer.write(Buffer.alloc(n))));
    await Promise.all(writers.map((writer) => writer.close()));
    t.equal((await store.list('dt=2023-03-')).length, 50);
  });

  await t.test('claim and release of a day nobody wrote leave nothing', async (t) => {
    const store = await makeStore(t);
    await store.claim(DAY);
    await store.release(DAY);
    await store.release(DAY);
    t.same(await store.list(''), []);
  });
}
