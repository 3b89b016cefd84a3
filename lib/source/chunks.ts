import { CHUNK_SIZE } from './source.ts';

// Memory of chunks that were read, for the next ones: new memory has to be cleared by the operating
// system, and is given back only when the garbage collector finds the time.

const MOST_KEPT = 32;
const kept: ArrayBuffer[] = [];
const taken = new WeakSet<ArrayBuffer>();

/** A chunk to read into; what is in it is undefined. */
export function takeChunk(): Buffer<ArrayBuffer> {
  const memory = kept.pop() ?? new ArrayBuffer(CHUNK_SIZE);
  taken.add(memory);
  return Buffer.from(memory);
}

/** Whether bytes are (part of) such a chunk, whose memory nobody else has. */
export function isChunk({ buffer }: Uint8Array): boolean {
  return taken.has(buffer as ArrayBuffer);
}

/** Gives back a chunk's memory; nobody may use it any more. */
export function giveChunk(memory: ArrayBuffer): void {
  if (memory.byteLength === CHUNK_SIZE && kept.length < MOST_KEPT) kept.push(memory);
}
