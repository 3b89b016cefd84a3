/** Smaller memory may be shared: Node cuts small Buffers from pieces of up to 64 KiB. */
const OWN_MEMORY = 128 << 10;

/**
 * Memory for large bytes that live for a while, which goes back to the system as soon as it is released.
 * Resizable buffers come from the system itself; others from the C library, whose holes of megabytes
 * between what else lives made a run of 10 GiB hold 20 MiB more than one of 400 MiB.
 */
export function largeBytes(size: number): Buffer<ArrayBuffer> {
  if (size < OWN_MEMORY) return Buffer.allocUnsafeSlow(size);
  return Buffer.from(new ArrayBuffer(size, { maxByteLength: size }), 0, size);
}

/**
 * Gives back the memory of bytes that are written, which nobody looks at any more. The garbage collector
 * would do it some row groups later; Node 20 leaves it to that where they are no `largeBytes`.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) releaseMemory(buffer);
}

/** The same of all the memory that bytes are a part of. */
export function releaseMemory(memory: ArrayBufferLike): void {
  if (memory.byteLength < OWN_MEMORY || !(memory instanceof ArrayBuffer)) return;
  if (memory.resizable) memory.resize(0);
  else memory.transfer?.(0);
}
