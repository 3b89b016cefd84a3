import type { FileHandle } from 'node:fs/promises';

/** The record at the end of an archive's directory (APPNOTE.TXT 4.3.16): its signature, and its size without a comment. */
const SIGNATURE = Buffer.from('504b0506', 'hex');
const RECORD_SIZE = 22;
const MOST_COMMENT = 0xffff;
/** Bytes after an archive in which its end is still found. */
const MOST_TRAILING = 64 << 10;

/**
 * Returns the offset at which an archive ends. Some programs append a line end or padding to it, which unzip and
 * Python leave out too. If no end is found, this is the end of the file.
 */
export async function archiveEnd(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const length = Math.min(size, RECORD_SIZE + MOST_COMMENT + MOST_TRAILING);
  const tail = Buffer.alloc(length);
  const { bytesRead } = await file.read(tail, 0, length, size - length);
  if (bytesRead < length) return size;
  for (let at = length; ; at--) {
    at = at < 0 ? -1 : tail.lastIndexOf(SIGNATURE, at);
    if (at < 0) return size;
    const end = endOfRecord(tail, at, size - length);
    if (end !== undefined) return end;
  }
}

/** Offset of the end of the record at a place in a file's tail, which begins at `start`; undefined if it is none. */
function endOfRecord(tail: Buffer, at: number, start: number): number | undefined {
  if (at + RECORD_SIZE > tail.length) return undefined;
  const end = at + RECORD_SIZE + tail.readUInt16LE(at + 20);
  const [directorySize, directory] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
  // In ZIP64 the size and the offset are elsewhere, and these are the greatest numbers.
  const is64 = directory === 0xffffffff || directorySize === 0xffffffff;
  const fits = is64 || directory + directorySize <= start + at;
  return fits && end <= tail.length ? start + end : undefined;
}
