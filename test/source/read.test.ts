import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { readPath, readStream } from '../../lib/source/read.ts';
import { CHUNK_SIZE } from '../../lib/source/source.ts';
import { openDescriptors } from '../support/open-files.ts';

const RUN = new AbortController().signal;

/** Bytes that differ from place to place. */
function pattern(size: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: size / 4 }, (_, n) => n * 2_654_435_761).buffer);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const taken: Uint8Array[] = [];
  for await (const chunk of chunks) taken.push(chunk);
  return taken;
}

/** A byte stream, unlike what `Readable.from` makes by itself. */
function bytesOf(pieces: Iterable<Uint8Array>): Readable {
  return Readable.from(pieces, { objectMode: false });
}

/** A FIFO and its writing end. */
async function fifo(t: Test): Promise<{ file: string; end: fs.promises.FileHandle }> {
  const file = path.join(t.testdir(), 'fifo');
  spawnSync('mkfifo', [file]);
  // Reading too: opening it does not wait for a reader then.
  const end = await open(file, fs.constants.O_RDWR);
  t.teardown(() => end.close());
  return { file, end };
}

const hasFifos = process.platform !== 'win32';

t.test('a stream of small pieces comes in large chunks', async (t) => {
  const bytes = pattern(3 * CHUNK_SIZE + 4);
  const pieces: Buffer[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 100_003) {
    pieces.push(bytes.subarray(at, at + size));
  }
  const chunks = await all(readStream(bytesOf(pieces), 'x', RUN));
  t.ok(Buffer.concat(chunks).equals(bytes));
  t.same(
    chunks.map(({ length }) => length),
    [CHUNK_SIZE, CHUNK_SIZE, CHUNK_SIZE, 4],
  );
  const memory = new Set(chunks.map(({ buffer }) => buffer));
  t.equal(memory.size, chunks.length, 'each belongs to who takes it');
});

t.test('what comes slowly does not wait for a whole chunk', async (t) => {
  const stream = new PassThrough();
  const chunks = readStream(stream, 'x', RUN);
  stream.write('abc');
  stream.write('def');
  t.equal(Buffer.from((await chunks.next()).value as Uint8Array).toString(), 'abcdef');
  stream.write('ghi');
  stream.end('jkl');
  t.equal(Buffer.concat(await all(chunks)).toString(), 'ghijkl');
});

t.test('a stream’s error has its turn after its bytes', async (t) => {
  function* pieces(): Generator<Buffer> {
    yield Buffer.from('abc');
    throw new Error('gone');
  }
  const stream = bytesOf(pieces());
  const chunks = readStream(stream, 'x', RUN);
  t.equal(Buffer.from((await chunks.next()).value as Uint8Array).toString(), 'abc');
  await t.rejects(chunks.next(), { message: /gone/ });
});

t.test('a FIFO in pieces of any size', { skip: !hasFifos }, async (t) => {
  const { file, end } = await fifo(t);
  const bytes = pattern(5 * CHUNK_SIZE + 8);
  const reading = all(readPath(file, file, RUN));
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 200_003) {
    await end.write(bytes.subarray(at, at + size));
    // Some of it is given before its chunk is full.
    if (at % 10 === 0) await pause(70);
  }
  await end.close();
  const chunks = await reading;
  t.ok(Buffer.concat(chunks).equals(bytes));
  t.ok(chunks.length > 8);
  t.equal(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length);
});

t.test('a FIFO that nobody takes from slows its writer down', { skip: !hasFifos }, async (t) => {
  const { file, end } = await fifo(t);
  const bytes = pattern(16 * CHUNK_SIZE);
  const chunks = readPath(file, file, RUN);
  const first = chunks.next();
  let written = 0;
  const writing = (async () => {
    while (written < bytes.length) {
      written += (await end.write(bytes.subarray(written, written + 65_536))).bytesWritten;
    }
    await end.close();
  })();
  const taken = [(await first).value as Uint8Array];
  await pause(300);
  t.ok(written < 6 * CHUNK_SIZE, `${written} bytes were taken`);
  taken.push(...(await all(chunks)));
  await writing;
  t.ok(Buffer.concat(taken).equals(bytes));
});

t.test('a read that waits for a FIFO ends with its signal', { skip: !hasFifos }, async (t) => {
  const { file, end } = await fifo(t);
  const before = openDescriptors();
  const stop = new AbortController();
  const chunks = readPath(file, file, stop.signal);
  const waiting = chunks.next();
  await end.write('abc');
  await pause(50);
  stop.abort(new Error('enough'));
  await t.rejects(waiting, { message: 'enough' });
  const early = readPath(file, file, RUN);
  const next = early.next();
  await end.write(pattern(CHUNK_SIZE));
  t.notOk((await next).done);
  await early.return();
  await pause(20);
  t.equal(openDescriptors(), before, 'it is closed');
});
