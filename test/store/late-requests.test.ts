// A request of a run that is dead arrives after another run has committed: the committed day stays as it is.
import t, { type Test } from 'tap';
import { Delivery } from '../../lib/commit/delivery.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../../lib/store/contract.ts';
import { openStore } from '../../lib/store/open.ts';
import {
  broken,
  DAY,
  FIRST,
  type Files,
  filesOf,
  leaveParts,
  NEXT,
  ofDay,
  run as whole,
} from '../commit/runs.ts';
import { GcsServer } from '../servers/gcs-server.ts';
import { contentsOf, openAt, startS3, useToolCredentials } from '../servers/s3-support.ts';
import { FAKE, rowGroup } from './fake-file.ts';
import { around } from './memory-store.ts';

useToolCredentials();
// Each run waits for a dozen replies; a busy machine takes its time.
t.setTimeout(240_000);

/** A bucket whose requests that change objects can be held back. */
interface Bucket {
  open(): Promise<Store>;
  files(): Files;
  /** Has `hold` called before each request that changes an object, with its key. */
  watch(hold: (operation: string, key: string) => void | Promise<void>): void;
}

const PART = 'dt=2023-01-01/000000000000.parquet';
/** Dead runs must not keep the process waiting for what never comes. */
const BRIEF = { timeout: 10_000, retryFor: 500 };
const S3_CHANGES = /^(?:PutObject|CompleteMultipartUpload|CopyObject|DeleteObject)$/;
const GCS_CHANGES = /^(?:whole|chunk|copy|delete)$/;

async function s3Bucket(t: Test): Promise<Bucket> {
  const server = await startS3(t);
  return {
    open: () => openAt(server, { partSize: 5 << 20, ...BRIEF }),
    files: () => contentsOf(server),
    watch: (hold) => {
      server.hooks = {
        before: ({ operation, key }) =>
          S3_CHANGES.test(operation) ? hold(operation, key) : undefined,
      };
    },
  };
}

async function gcsBucket(t: Test): Promise<Bucket> {
  const server = await GcsServer.start(t);
  const root = 'a/';
  return {
    open: async () =>
      openStore(`gs://bucket/${root}`, { gcs: { endpoint: server.endpoint }, ...BRIEF }),
    files: () =>
      Object.fromEntries(
        [...server.bucket.objects]
          .map(([name, { bytes }]): [string, string] => [name.slice(root.length), bytes.toString()])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    watch: (hold) => {
      server.before = ({ operation, name }) =>
        GCS_CHANGES.test(operation) ? hold(operation, name) : undefined;
    },
  };
}

/** A run that dies. */
type Run = (store: Store) => Promise<unknown>;

/** Replaces what an earlier run left by one file. */
async function short(store: Store): Promise<void> {
  const delivery = new Delivery(store, FAKE);
  await delivery.accept(FIRST, rowGroup('a'));
  await delivery.commit();
}

const SCENARIOS: readonly { name: string; prepare: Run; run: Run; least: number }[] = [
  {
    name: 'files in their places',
    prepare: async () => {},
    run: (store) => whole(store, 'a'),
    least: 6,
  },
  { name: 'over what an earlier run left', prepare: leaveParts, run: short, least: 6 },
  {
    name: 'replacing complete days',
    prepare: (store) => whole(store, 'x'),
    run: (store) => whole(store, 'a', 'replace'),
    least: 8,
  },
];

interface Late {
  /** What the request was, as operation and key; undefined if the run has no such request. */
  held: string | undefined;
  before: Files;
  after: Files;
}

/** Lets a run die while its request number `at` is on its way; then another run commits; then the request arrives. */
async function late(bucket: Bucket, at: number, run: Run): Promise<Late> {
  let isDead = false;
  /** Whether changes that arrive are those of the dead run, which it sent with the held one: they are lost. */
  let isDying = false;
  let count = 0;
  let held: string | undefined;
  let arrive = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const never = new Promise<never>(() => {});
  const first = around(await bucket.open(), (step) => (isDead ? never : step()));
  const dies = new Promise<void>((resolve, reject) => {
    bucket.watch(async (operation, key) => {
      // GCS names a small object in the body only.
      if (isDying) return never;
      if (isDead || !/^$|dt=/.test(key) || count++ !== at) return;
      isDead = true;
      isDying = true;
      held = `${operation} ${key}`;
      resolve();
      await arrived;
    });
    run(first).then(() => resolve(), reject);
  });
  await dies;
  await new Promise((resolve) => setTimeout(resolve, 200));
  isDying = false;
  if (held !== undefined) await whole(await bucket.open(), 'b', 'replace');
  const before = bucket.files();
  arrive();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { held, before, after: bucket.files() };
}

const days = (files: Files): Files => ({ ...ofDay(files, DAY), ...ofDay(files, NEXT) });

for (const [cloud, make, marksAlike] of [
  // Every object without bytes has the same ETag: S3 cannot tell one `_SUCCESS` from another.
  ['S3', s3Bucket, true],
  ['GCS', gcsBucket, false],
] as const) {
  for (const { name, prepare, run, least } of SCENARIOS) {
    t.test(`${cloud}, ${name}: each request of a dead run arrives late`, async (t) => {
      let requests = 0;
      for (let at = 0; ; at++) {
        const bucket = await make(t);
        await prepare(await bucket.open());
        const { held, before, after } = await late(bucket, at, run);
        if (held === undefined) break;
        requests++;
        if (!(marksAlike && /^DeleteObject .*_SUCCESS$/.test(held))) {
          t.strictSame(days(after), days(before), held);
          t.strictSame(days(before), filesOf('b'), `${held}: the other run is there`);
        }
        t.strictSame(broken(after, 'b'), [], held);
      }
      t.ok(requests >= least, `${requests} requests`);
    });
  }
}

/** Begins to write an object; its bytes are one letter. */
async function begin(
  store: Store,
  letter: string,
  size: number,
  ...before: [ObjectInfo | 'none']
): Promise<ObjectWriter> {
  const writer = await store.create(PART, ...before);
  await writer.write(Buffer.alloc(size, letter));
  return writer;
}

for (const [cloud, make] of [
  ['S3', s3Bucket],
  ['GCS', gcsBucket],
] as const) {
  // The larger one is uploaded in parts.
  for (const size of [3, 6 << 20]) {
    t.test(`${cloud}, ${size} bytes: a name that has not what it had before`, async (t) => {
      const store = await (await make(t)).open();
      const conflict = { code: 'E_STORE_CONFLICT', message: new RegExp(PART) };
      const late = await begin(store, 'a', size, 'none');
      const first = await (await begin(store, 'b', size, 'none')).close();
      await t.rejects(late.close(), conflict);
      await late.abort();
      t.strictSame(await store.list(PART), [first]);

      const later = await begin(store, 'c', size, first);
      const second = await (await begin(store, 'd', size + 1, first)).close();
      await t.rejects(later.close(), conflict);
      await later.abort();
      t.strictSame(await store.list(PART), [second]);

      const staged = await store.create('_hackle/x.part');
      await staged.write(Buffer.alloc(size, 'e'));
      const source = await staged.close();
      for (const before of ['none', first] as const) {
        await t.rejects(store.copy(source, PART, before), conflict);
      }
      await t.rejects(store.remove(PART, first), conflict);
      t.strictSame(await store.list(PART), [second]);
      const copy = await store.copy(source, PART, second);
      t.strictSame(await store.list(PART), [copy]);
      await store.remove(PART, copy);
      await store.remove(PART, copy);
      t.strictSame(await store.list(PART), []);
    });
  }
}
