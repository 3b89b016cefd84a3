// Writes ZIP archives (APPNOTE.TXT 4.3), good ones and such as no program should write.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  content: Uint8Array;
  /** Default 8, deflate. */
  method?: number;
  encrypted?: boolean;
  /** Sizes and offset in the ZIP64 extra field. */
  zip64?: boolean;
  /** Other bytes than what the method makes of the content. */
  stored?: Uint8Array;
  /** Other values than those of the content. */
  crc?: number;
  size?: number;
}

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, central } = headers(entry, offset);
    parts.push(local, bytesOf(entry));
    directory.push(central);
    offset += local.length + bytesOf(entry).length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

function bytesOf({ content, method = 8, stored }: ZipEntry): Buffer {
  return Buffer.from(stored ?? (method === 8 ? deflateRawSync(content) : content));
}

function headers(entry: ZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const { content, method = 8, encrypted = false, zip64 = false } = entry;
  const name = Buffer.from(entry.name);
  const size = entry.size ?? content.length;
  const storedSize = bytesOf(entry).length;
  const flags = (encrypted ? 1 : 0) | 0x800; // names are UTF-8
  const common = Buffer.alloc(26);
  common.writeUInt16LE(zip64 ? 45 : 20, 0);
  common.writeUInt16LE(flags, 2);
  common.writeUInt16LE(method, 4);
  common.writeUInt32LE(entry.crc ?? crc32(content), 10);
  common.writeUInt32LE(zip64 ? 0xffffffff : storedSize, 14);
  common.writeUInt32LE(zip64 ? 0xffffffff : size, 18);
  common.writeUInt16LE(name.length, 22);
  const sizes = zip64 ? extra64([size, storedSize]) : Buffer.alloc(0);
  const all = zip64 ? extra64([size, storedSize, offset]) : Buffer.alloc(0);
  const localCommon = Buffer.from(common);
  localCommon.writeUInt16LE(sizes.length, 24);
  common.writeUInt16LE(all.length, 24);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(zip64 ? 0xffffffff : offset, 10);
  return {
    local: Buffer.concat([Buffer.from('504b0304', 'hex'), localCommon, name, sizes]),
    central: Buffer.concat([Buffer.from('504b01021403', 'hex'), common, rest, name, all]),
  };
}

function extra64(values: number[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries())
    extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return extra;
}
