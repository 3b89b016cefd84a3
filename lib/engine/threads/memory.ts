/**
 * Returns bytes that fill their memory, so that it can be transferred to another thread: the same bytes, or a copy
 * of a small Buffer, which shares its memory with others. Only the caller may use the bytes.
 */
export function withOwnMemory(bytes: Buffer): Buffer<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength
    ? (bytes as Buffer<ArrayBuffer>)
    : Buffer.from(Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer);
}
