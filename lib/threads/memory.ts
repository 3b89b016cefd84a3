/**
 * The bytes in memory of their own, which can be transferred to another thread: small Buffers share
 * theirs, and so do the chunks of node:zlib.
 */
export function withOwnMemory(bytes: Uint8Array): Buffer<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength === buffer.byteLength) {
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  }
  return Buffer.from(Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer);
}
