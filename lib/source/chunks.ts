import { availableParallelism } from 'node:os';
import { ImportError } from '../errors.ts';
import { releaseMemory } from '../large-buffers.ts';
import { CHUNK_SIZE, MOST_AHEAD } from './source.ts';

// Memory of chunks that were read, for the next ones. Never required; but new memory has to be cleared by
// the operating system, and counts as garbage to come: V8 would collect its whole heap every few chunks.

/**
 * Blocks that may be on their way per thread: one is worked on, the others wait. Where workers keep all cores
 * busy, the main thread comes late to send the next ones: with two a run took 3 % longer than with three.
 */
export const IN_FLIGHT = 3;
/** About as many as small inputs that are read ahead and blocks on their way; what was used last is in the caches still. */
const MOST_KEPT = MOST_AHEAD + IN_FLIGHT * availableParallelism();
const kept: ArrayBuffer[] = [];
/** Memory that came from here, and that nobody else has. */
const taken = new WeakSet<ArrayBuffer>();

/** A chunk to read into, which belongs to the caller; what is in it is undefined. */
export function acquireChunk(): Buffer<ArrayBuffer> {
  const memory = kept.pop() ?? new ArrayBuffer(CHUNK_SIZE);
  taken.add(memory);
  return Buffer.from(memory);
}

/** A copy of bytes as a chunk; of few bytes, in as much memory. */
export function chunkOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const isUsual = bytes.length <= CHUNK_SIZE && bytes.length > CHUNK_SIZE / 2;
  const chunk = isUsual
    ? acquireChunk().subarray(0, bytes.length)
    : Buffer.from(new ArrayBuffer(bytes.length));
  taken.add(chunk.buffer);
  chunk.set(bytes);
  return chunk;
}

/** Takes over the memory of bytes that fill it, and that nobody else looks at; other bytes are left alone. */
export function adoptChunk(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) taken.add(bytes.buffer as ArrayBuffer);
  return bytes;
}

/** The bytes themselves where they are a chunk already, else a copy: others may still use them. */
export function asChunk(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isChunk(bytes) ? (bytes as Uint8Array<ArrayBuffer>) : chunkOf(bytes);
}

/** Whether bytes are (part of) such a chunk. */
function isChunk({ buffer }: Uint8Array): boolean {
  return taken.has(buffer as ArrayBuffer);
}

/** Gives back the memory of a chunk that nobody looks at any more; other bytes are left alone. */
export function releaseChunk(bytes: Uint8Array): void {
  if (isChunk(bytes)) giveMemory(bytes.buffer as ArrayBuffer);
}

/** The same of memory that went to another thread and came back. */
export function giveMemory(memory: ArrayBuffer): void {
  taken.delete(memory);
  if (memory.byteLength === CHUNK_SIZE && kept.length < MOST_KEPT) kept.push(memory);
  else releaseMemory(memory);
}

/** What a stream gave as bytes: a stream of objects would else seem to have no event. @throws ImportError E_INPUT_FORMAT */
export function bytesOf(chunk: unknown, name: string): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new ImportError(
    'E_INPUT_FORMAT',
    `${name}: expected a stream of bytes, got ${typeof chunk}`,
    { position: { source: name } },
  );
}
