/** Bytes that nobody else uses, in memory of their own, which can be transferred: small Buffers share theirs. */
export function withOwnMemory(bytes: Buffer): Buffer<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength
    ? (bytes as Buffer<ArrayBuffer>)
    : Buffer.from(Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer);
}
