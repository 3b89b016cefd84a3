// Inputs of every kind, through the whole program: the same bytes give the same rows.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { convert, type Input, type RejectRecord, type Report } from '../../lib/index.ts';
import { readPieces } from '../../lib/source/read-pieces.ts';
import { CHUNK_SIZE } from '../../lib/source/source.ts';
import { ndjson } from '../support/events.ts';
import { remainsIn } from '../support/folders.ts';
import { readDay } from '../support/read-parquet.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

const RUN = new AbortController().signal;
/** Names outside ASCII, with characters of two, three and four bytes; the last are two surrogates in a text. */
const NAMES = ['é', '둘', '😀', 'a😀b', '😀😀'];
const TEXT = ndjson(...NAMES.map((key, id) => ({ id, key })));

async function* each<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

/** A text in pieces of so many UTF-16 units, which may cut characters. */
function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
    text.slice(n * size, (n + 1) * size),
  );
}

/** Bytes in pieces of so many, which may cut characters. */
function cutBytes(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
}

async function imported(
  t: Cleaner,
  inputs: Input[],
  threads = 0,
): Promise<{ report: Report; names: string[] }> {
  const to = join(tempFolder(t), 'out');
  const report = await convert({ inputs, to: pathToFileURL(to), threads });
  const rows = await readDay(join(to, 'dt=2023-01-01'));
  return { report, names: rows.map(({ event_key }) => event_key) };
}

const BYTES = Buffer.from(TEXT);
const KINDS: Readonly<Record<string, () => Input>> = {
  'an async iterable of bytes': () => each(cutBytes(BYTES, 7)),
  'an async iterable of strings': () => each(cut(TEXT, 3)),
  'an async iterable of half characters': () => each(cut(TEXT, 1)),
  'an async iterable of both': () => each([TEXT.slice(0, 40), BYTES.subarray(40)]),
  'an async iterable of gzip': () => each(cutBytes(gzipSync(TEXT), 11)),
  'a web stream of bytes': () => new Blob([TEXT]).stream(),
  'the body of a response': () => new Response(TEXT).body as Input,
  'a web stream of strings': () => ReadableStream.from(cut(TEXT, 1)),
  'a web stream of gzip': () => new Blob([gzipSync(TEXT)]).stream(),
  'a Node stream of bytes': () => Readable.from(cutBytes(BYTES, 7), { objectMode: false }),
  'a Node stream of objects': () => Readable.from(cutBytes(BYTES, 7)),
  'a Node stream of half characters': () => Readable.from(cut(TEXT, 1)),
};

for (const [kind, make] of Object.entries(KINDS)) {
  for (const threads of [0, 2]) {
    test(`${kind}, ${threads} threads`, async (t) => {
      const { report, names } = await imported(t, [make()], threads);
      t.match(report, { status: 'committed', rowsIn: NAMES.length, bytesIn: BYTES.length });
      t.strictSame(names, NAMES);
    });
  }
}

test('a URL object names the file, with its percent codes decoded', async (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'ä b%.ndjson');
  writeFileSync(file, TEXT);
  copyFileSync(file, join(folder, 'c.ndjson'));
  const { names } = await imported(t, [pathToFileURL(file), join(folder, 'c.ndjson')]);
  t.strictSame(names, [...NAMES, ...NAMES]);
});

test('streams without a name are numbered in messages and reject records', async (t) => {
  const rejects: RejectRecord[] = [];
  const report = await convert({
    inputs: [
      each(['{}\n']),
      { name: 'mine', stream: each(['{}\n']) },
      each(['{}\n']),
      each(['{}\n']),
    ],
    to: join(tempFolder(t), 'out'),
    onReject: (reject) => void rejects.push(reject),
  });
  t.equal(report.status, 'rejected');
  t.strictSame(
    rejects.map(({ source }) => source),
    ['stream', 'mine', 'stream 2', 'stream 3'],
  );
});

test('an async iterable that throws ends the run without a commit', async (t) => {
  async function* broken(): AsyncGenerator<string> {
    yield TEXT;
    throw new Error('cable cut');
  }
  for (const threads of [0, 2]) {
    const to = join(tempFolder(t), 'out');
    await t.rejects(convert({ inputs: [broken()], to, threads }), {
      code: 'E_INPUT_READ',
      message: 'stream: reading failed: cable cut',
    });
    t.strictSame(remainsIn(to).success, []);
  }
  async function* nothing(): AsyncGenerator<string> {
    yield TEXT;
    throw undefined; // oxlint-disable-line no-throw-literal
  }
  const to = join(tempFolder(t), 'out');
  await t.rejects(convert({ inputs: [nothing()], to }), { code: 'E_INPUT_READ' });
});

test('a web stream that fails ends the run without a commit', async (t) => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error('reset')),
  });
  await t.rejects(convert({ inputs: [stream], to: join(tempFolder(t), 'out') }), {
    code: 'E_INPUT_READ',
    message: 'stream: reading failed: reset',
  });
});

test('pieces that are neither bytes nor text are refused', async (t) => {
  const inputs = [each([{ event_key: 'a' }])] as unknown as Input[];
  await t.rejects(convert({ inputs, to: join(tempFolder(t), 'out') }), {
    code: 'E_INPUT_FORMAT',
    message: 'stream: expected a stream of bytes, got object',
  });
});

test('a Node stream that fails before its turn does not end the process', async (t) => {
  const failing = new Readable({ read: () => {} });
  const running = convert({
    inputs: [each([TEXT]), failing],
    to: join(tempFolder(t), 'out'),
  });
  failing.destroy(new Error('gone early'));
  await t.rejects(running, { code: 'E_INPUT_READ', message: /^stream 2: / });
});

test('small pieces come in large chunks, and their memory may be used again', async (t) => {
  const piece = Buffer.alloc(1000);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 3000; n++) yield piece.fill(n % 251);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of readPieces(pieces(), 'x', RUN)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  t.equal(bytes.length, 3_000_000);
  t.ok(
    Array.from({ length: 3000 }, (_, n) => n).every(
      (n) => bytes[n * 1000] === n % 251 && bytes[n * 1000 + 999] === n % 251,
    ),
  );
  t.ok(chunks.length <= 4, `${chunks.length} chunks`);
});

test('an iterable that nobody takes from waits', async (t) => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += CHUNK_SIZE;
      yield Buffer.alloc(CHUNK_SIZE);
    }
  }
  const chunks = readPieces(endless(), 'x', RUN);
  await chunks.next();
  await pause(50);
  t.ok(given <= 5 * CHUNK_SIZE, `${given} bytes were taken`);
  await chunks.return();
});

test('a stream that waits is closed when the run stops', async (t) => {
  const stop = new AbortController();
  let isCancelled = false;
  const silent = new ReadableStream<Uint8Array>({
    cancel: () => {
      isCancelled = true;
    },
  });
  const waiting = readPieces(silent, 'x', stop.signal).next();
  setTimeout(() => stop.abort(new Error('enough')), 10);
  await t.rejects(waiting, { message: 'enough' });
  await pause(1);
  t.ok(isCancelled, 'the web stream was cancelled');

  let isClosed = false;
  async function* events(): AsyncGenerator<string> {
    try {
      yield TEXT;
      yield TEXT;
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of readPieces(events(), 'x', RUN)) break;
  await pause(1);
  t.ok(isClosed, 'the generator was closed');

  const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  const to = join(tempFolder(t), 'out');
  const reading = convert({ inputs: [never], to, signal: abort.signal });
  await t.rejects(reading, { code: 'E_ABORTED' });
});
