import { availableParallelism } from 'node:os';
import { ImportError } from '../errors.ts';
import { releaseMemory } from '../large-buffers.ts';
import { CHUNK_SIZE, MOST_AHEAD } from './source.ts';

// Chunks of input, and a pool of their memory. Releasing a chunk is optional; but the operating system has to clear
// new memory, and it counts as future garbage: V8 would collect its whole heap every few chunks.

/**
 * Blocks in flight per thread: one is processed, the others wait. While workers keep all cores busy, the main thread
 * is late in sending the next ones: with two blocks a run took 3 % longer than with three.
 */
export const IN_FLIGHT = 3;
/**
 * Chunks whose memory is kept: about as many as there are prefetched small inputs and blocks in flight. The one
 * released last is reused first, because it may still be in the CPU's caches.
 */
const MOST_KEPT = MOST_AHEAD + IN_FLIGHT * availableParallelism();
/** Bytes of more than this size have memory of their own. */
const LEAST_OWN = 128 << 10;
const kept: ArrayBuffer[] = [];
/** Memory of chunks, which has one owner and may be reused. */
const owned = new WeakSet<ArrayBuffer>();

/** Returns a chunk to read into, which belongs to the caller; its content is undefined. */
export function acquireChunk(): Buffer<ArrayBuffer> {
  const memory = kept.pop() ?? new ArrayBuffer(CHUNK_SIZE);
  owned.add(memory);
  return Buffer.from(memory);
}

/** Copies bytes into a chunk; the chunk of a few bytes has only as much memory. */
export function chunkOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const isUsual = bytes.length <= CHUNK_SIZE && bytes.length > CHUNK_SIZE / 2;
  const chunk = isUsual
    ? acquireChunk().subarray(0, bytes.length)
    : Buffer.from(new ArrayBuffer(bytes.length));
  owned.add(chunk.buffer);
  chunk.set(bytes);
  return chunk;
}

/** Makes bytes a chunk if they fill their memory, which must have no other user; returns them in any case. */
export function adoptChunk(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) owned.add(bytes.buffer as ArrayBuffer);
  return bytes;
}

/** Makes large bytes a chunk, also if they do not fill their memory, which must have no other user. */
export function ownChunk(bytes: Uint8Array): Uint8Array {
  // Node cuts small Buffers from memory that they share.
  if (bytes.length > LEAST_OWN) owned.add(bytes.buffer as ArrayBuffer);
  return bytes;
}

/** Returns the bytes if they are a chunk, else a copy, because others may still use them. */
export function asChunk(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isChunk(bytes) ? (bytes as Uint8Array<ArrayBuffer>) : chunkOf(bytes);
}

/** Whether bytes are a chunk or part of one. */
function isChunk({ buffer }: Uint8Array): boolean {
  return owned.has(buffer as ArrayBuffer);
}

/** Releases the memory of a chunk that is not used any more; does nothing for other bytes. */
export function releaseChunk(bytes: Uint8Array): void {
  if (isChunk(bytes)) releaseChunkMemory(bytes.buffer as ArrayBuffer);
}

/** Releases the memory of a chunk that went to another thread and came back. */
export function releaseChunkMemory(memory: ArrayBuffer): void {
  owned.delete(memory);
  if (memory.byteLength === CHUNK_SIZE && kept.length < MOST_KEPT) kept.push(memory);
  else releaseMemory(memory);
}

/**
 * Returns what a stream yielded as bytes. Anything else is an error, because a stream of objects would otherwise
 * seem to have no events.
 *
 * @throws ImportError E_INPUT_FORMAT
 */
export function bytesOf(chunk: unknown, name: string): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new ImportError(
    'E_INPUT_FORMAT',
    `${name}: expected a stream of bytes, got ${typeof chunk}`,
    { position: { source: name } },
  );
}
