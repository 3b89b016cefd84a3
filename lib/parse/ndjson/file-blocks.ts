import type { PlainFile } from '../../source/plain-file.ts';
import { BLOCK_SIZE, type FileBlock } from '../block.ts';

/**
 * Cuts a file at line ends into blocks of whole lines, which whoever parses them reads from the file: into
 * his own memory, where they are near when he looks at them. What passes through other threads is in
 * no near cache any more, and pushes out what is.
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
