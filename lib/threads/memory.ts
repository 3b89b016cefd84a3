/** A copy in memory of its own, which can be transferred to another thread. */
export function copyOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer);
}

/** Bytes that nobody else uses, in memory of their own: small Buffers share theirs. */
export function withOwnMemory(bytes: Buffer): Buffer<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength
    ? (bytes as Buffer<ArrayBuffer>)
    : copyOf(bytes);
}
