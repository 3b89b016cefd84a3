import t from 'tap';
import { Delivery } from '../../lib/commit/delivery.ts';
import { ImportError } from '../../lib/errors.ts';
import type { RowGroup } from '../../lib/parquet/row-group.ts';
import type { Store } from '../../lib/store/contract.ts';
import { DryRunStore } from '../../lib/store/dry-run.ts';
import { FAKE, rowGroup } from '../store/fake-file.ts';
import { MemoryStore } from '../store/memory-store.ts';

const FIRST = 19_358; // 2023-01-01
const DAY = 'dt=2023-01-01/';
const LARGE: RowGroup = { ...rowGroup('x'), bytes: Buffer.alloc(9 << 20) };

/** Keeps sizes and no bytes. */
function countingStore(): Store {
  return new DryRunStore(new MemoryStore());
}

t.test('of many large files only a few stay open: the longest untouched are ended', async (t) => {
  const store = countingStore();
  let open = 0;
  let most = 0;
  const create = store.create.bind(store);
  store.create = async (name) => {
    const writer = await create(name);
    most = Math.max(most, ++open);
    return { ...writer, close: () => writer.close().finally(() => open--) };
  };
  const delivery = new Delivery(store, { ...FAKE, fileSize: 256 << 20 });
  for (let n = 0; n < 12; n++) {
    await delivery.accept(FIRST + n, LARGE);
    // The first day stays in use, so it is not among those ended.
    await delivery.accept(FIRST, rowGroup('y'));
  }
  t.ok(most <= 10, `${most} were open at once`);
  const partitions = await delivery.commit();
  t.same(
    partitions.map(({ files }) => files.length),
    Array(12).fill(1),
  );
  await t.resolves(delivery.abort());
});

t.test('where files end does not depend on how fast the store is', async (t) => {
  /** Rows of each file of twelve days whose row groups come in turn, at a store that takes its time. */
  const cuts = async (seed: number): Promise<number[][]> => {
    const store = countingStore();
    const create = store.create.bind(store);
    let random = seed;
    store.create = async (name) => {
      const writer = await create(name);
      const write = async (bytes: Uint8Array): Promise<void> => {
        random = (random * 48_271) % 2_147_483_647;
        await new Promise((resolve) => setTimeout(resolve, random % 4));
        await writer.write(bytes);
      };
      return { ...writer, write };
    };
    const delivery = new Delivery(store, { ...FAKE, fileSize: 256 << 20 });
    const group: RowGroup = { ...rowGroup('x'), bytes: Buffer.alloc(900 << 10) };
    const pending: Promise<number>[] = [];
    for (let n = 0; n < 14 * 12; n++) {
      pending.push(delivery.accept(FIRST + (n % 12), group));
      if (pending.length === 5) await pending.shift();
    }
    return (await delivery.commit()).map(({ files }) => files.map(({ rows }) => rows));
  };
  const first = await cuts(1);
  t.ok(first.some(({ length }) => length > 1));
  for (const seed of [2, 3, 4, 5, 6]) t.same(await cuts(seed), first);
});

t.test('small files of many days all stay open', async (t) => {
  const store = countingStore();
  const delivery = new Delivery(store, { ...FAKE, fileSize: 256 << 20 });
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 30; n++) await delivery.accept(FIRST + n, rowGroup('x'.repeat(1000)));
  }
  t.same(await store.list(''), []);
  await delivery.commit();
  t.equal((await store.list('')).length, 60, 'one file a day and its _SUCCESS');
});

t.test('a large file that cannot be ended fails the run', async (t) => {
  const store = countingStore();
  const create = store.create.bind(store);
  store.create = async (name) => {
    const writer = await create(name);
    const close = (): Promise<never> => Promise.reject(new ImportError('E_STORE_WRITE', 'no'));
    return name.startsWith(DAY) ? { ...writer, close } : writer;
  };
  const delivery = new Delivery(store, { ...FAKE, fileSize: 256 << 20 });
  for (let n = 0; n < 12; n++) await delivery.accept(FIRST + n, LARGE);
  await t.rejects(delivery.commit(), { code: 'E_STORE_WRITE' });
  t.match(await delivery.abort(), [{ day: '2023-01-01', success: false }]);
});
