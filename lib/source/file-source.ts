import { InputSource } from './input-source.ts';
import { openInput } from './open-input.ts';
import { PlainFile } from './plain-file.ts';
import { detectFormat, HEAD_SIZE, isBrotliName } from './signatures.ts';
import { CHUNK_SIZE } from './source.ts';

/** A regular file. */
export class FileSource extends InputSource {
  protected override get isSmall(): boolean {
    return this.size !== undefined && this.size <= CHUNK_SIZE;
  }

  /** Threads do not read a small file themselves: its bytes are prefetched and sent to them. */
  async plainFile(): Promise<PlainFile | undefined> {
    if (this.isSmall || isBrotliName(this.name)) return undefined;
    const file = await openInput(this.name);
    const plain = new PlainFile(this.name, file, (bytes) => this.count(bytes));
    try {
      if (detectFormat(await plain.head(HEAD_SIZE)) === 'text') return plain;
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }
}
