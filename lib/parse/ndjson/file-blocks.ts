import type { PlainFile } from '../../source/plain-file.ts';
import { BLOCK_SIZE, type FileBlock } from '../block.ts';

/**
 * Cuts a file into blocks of whole lines without their bytes, which the parsing thread reads from the file into its
 * own linear memory. So the bytes are in the caches of that thread's core when it scans them. Bytes that pass through
 * another thread are no longer there, and they displace what is.
 */
export async function* fileBlocks(
  file: PlainFile,
  blockSize: number = BLOCK_SIZE,
): AsyncGenerator<FileBlock, void, undefined> {
  for (let offset = 0; ; ) {
    const { end, isLast } = await file.lineEnd(offset + blockSize - 1);
    if (end > offset) {
      file.handOn(end - offset);
      yield { pieces: [], file: { descriptor: file.descriptor, end }, offset };
    }
    if (isLast) return;
    offset = end;
  }
}
