import { createHash } from 'node:crypto';

/** Namespace of the ids that are derived from an event's content. */
const NAMESPACE = '6b1c8a0e-4f0b-5c57-9d3c-6a2f5f3f9e11';

/** The UUIDv5 (RFC 9562) of a name. */
export function uuidV5(name: string | Buffer, namespace: string = NAMESPACE): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** 8-4-4-4-12 hex digits of either case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
