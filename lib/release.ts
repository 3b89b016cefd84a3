/** Smaller bytes may share their memory with others. */
const OWN_MEMORY = 64 << 10;

/**
 * Gives back the memory of bytes that are written, which nobody looks at any more. The garbage collector
 * would do it some row groups later; Node 20 leaves it to that.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) releaseMemory(buffer);
}

/** The same of all the memory that bytes are a part of. */
export function releaseMemory(memory: ArrayBufferLike): void {
  if (memory.byteLength >= OWN_MEMORY && memory instanceof ArrayBuffer) memory.transfer?.(0);
}
