/** Smaller memory may be shared: Node cuts small Buffers from pieces of up to 64 KiB. */
const OWN_MEMORY = 128 << 10;
/** Large memory may grow by so much for other bytes; until it does, only addresses are taken. */
const MORE_ROOM = 1 << 20;

/** Memory that came back to this thread: its pages are there, where the system would have to clear new ones. */
let kept: ArrayBuffer | undefined;
/** Who wants memory back when it is released. */
const lenders = new WeakMap<ArrayBufferLike, (memory: ArrayBuffer) => void>();

/**
 * Memory for large bytes that live for a while, which goes back to where it came from as soon as it is
 * released. Resizable buffers come from the system itself; others from the C library, whose holes of megabytes
 * between what else lives made a run of 10 GiB hold 20 MiB more than one of 400 MiB.
 */
export function largeBytes(size: number): Buffer<ArrayBuffer> {
  if (size < OWN_MEMORY) return Buffer.allocUnsafeSlow(size);
  const memory = takeKept(size) ?? new ArrayBuffer(size, { maxByteLength: size + MORE_ROOM });
  return Buffer.from(memory, 0, size);
}

function takeKept(size: number): ArrayBuffer | undefined {
  const memory = kept;
  if (memory === undefined || memory.maxByteLength < size || memory.byteLength > 2 * size) return;
  kept = undefined;
  memory.resize(size);
  return memory;
}

/** Takes memory of `largeBytes` back, for the next ones; of two, the smaller goes. */
export function keepMemory(memory: ArrayBuffer): void {
  const isSmaller = kept !== undefined && memory.byteLength < kept.byteLength;
  const other = isSmaller ? memory : kept;
  if (!isSmaller) kept = memory;
  if (other !== undefined) releaseMemory(other);
}

/** Memory of `largeBytes` that another thread lent: when it is released, that gets it back. */
export function borrowMemory(
  memory: ArrayBufferLike,
  giveBack: (memory: ArrayBuffer) => void,
): void {
  if (isLarge(memory) && memory.resizable) lenders.set(memory, giveBack);
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
  if (!isLarge(memory)) return;
  const giveBack = lenders.get(memory);
  lenders.delete(memory);
  if (giveBack !== undefined) giveBack(memory);
  else if (memory.resizable) memory.resize(0);
  else memory.transfer?.(0);
}

function isLarge(memory: ArrayBufferLike): memory is ArrayBuffer {
  return memory.byteLength >= OWN_MEMORY && memory instanceof ArrayBuffer;
}
