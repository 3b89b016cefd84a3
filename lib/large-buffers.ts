/** Memory below this size may be shared: Node cuts small Buffers from pieces of up to 64 KiB. */
const LEAST_LARGE = 128 << 10;
/** Bytes by which large memory may grow when it is reused; until then they take addresses only, no memory. */
const MORE_ROOM = 1 << 20;

/** Memory that this thread can reuse: its pages exist, whereas the system has to clear new ones. */
let kept: ArrayBuffer | undefined;
/** For memory of another thread: the function that returns it there. */
const lenders = new WeakMap<ArrayBufferLike, (memory: ArrayBuffer) => void>();

/**
 * Allocates memory for large bytes that live for a while; it is free as soon as it is released. The buffers are
 * resizable, because those come directly from the system. Others come from the C library, which leaves holes of
 * megabytes between other live memory: a run of 10 GiB then held 20 MiB more than one of 400 MiB.
 */
export function largeBytes(size: number): Buffer<ArrayBuffer> {
  if (size < LEAST_LARGE) return Buffer.allocUnsafeSlow(size);
  const memory = reuseKept(size) ?? new ArrayBuffer(size, { maxByteLength: size + MORE_ROOM });
  return Buffer.from(memory, 0, size);
}

function reuseKept(size: number): ArrayBuffer | undefined {
  const memory = kept;
  if (memory === undefined || memory.maxByteLength < size || memory.byteLength > 2 * size) return;
  kept = undefined;
  memory.resize(size);
  return memory;
}

/** Keeps memory of `largeBytes` for the next call. Only one is kept: the larger one. */
export function keepMemory(memory: ArrayBuffer): void {
  const isSmaller = kept !== undefined && memory.byteLength < kept.byteLength;
  const other = isSmaller ? memory : kept;
  if (!isSmaller) kept = memory;
  if (other !== undefined) releaseMemory(other);
}

/** Registers memory of `largeBytes` from another thread: `releaseMemory` then returns it with `returnMemory`. */
export function borrowMemory(
  memory: ArrayBufferLike,
  returnMemory: (memory: ArrayBuffer) => void,
): void {
  if (isLarge(memory) && memory.resizable) lenders.set(memory, returnMemory);
}

/**
 * Releases the memory of bytes that are written and not used any more. The garbage collector would do so some
 * row groups later. On Node 20 only memory of `largeBytes` can be released; the rest is left to the collector.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) releaseMemory(buffer);
}

/** Releases memory that is not used any more, whichever bytes are in it. */
export function releaseMemory(memory: ArrayBufferLike): void {
  if (!isLarge(memory)) return;
  const returnMemory = lenders.get(memory);
  lenders.delete(memory);
  if (returnMemory !== undefined) returnMemory(memory);
  else if (memory.resizable) memory.resize(0);
  else memory.transfer?.(0);
}

function isLarge(memory: ArrayBufferLike): memory is ArrayBuffer {
  return memory.byteLength >= LEAST_LARGE && memory instanceof ArrayBuffer;
}
