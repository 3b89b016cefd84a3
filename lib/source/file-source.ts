import type { InputFile } from './input-file.ts';
import { InputSource } from './input-source.ts';
import { openInput } from './open-input.ts';
import { PlainFile } from './plain-file.ts';
import { readFile } from './read-file.ts';
import { detectFormat, HEAD_SIZE, isBrotliName } from './signatures.ts';
import { CHUNK_SIZE } from './source.ts';

/** A regular file. */
export class FileSource extends InputSource {
  readonly #file: InputFile;

  constructor(file: InputFile) {
    super(file.name, file.size, (signal) => readFile(file, signal), file);
    this.#file = file;
  }

  protected override get isSmall(): boolean {
    return this.#file.size <= CHUNK_SIZE;
  }

  /** Threads do not read a small file themselves: its bytes are prefetched and sent to them. */
  async plainFile(): Promise<PlainFile | undefined> {
    if (this.isSmall || isBrotliName(this.name)) return undefined;
    const handle = await openInput(this.name);
    const plain = new PlainFile(this.#file, handle, (bytes) => this.count(bytes));
    try {
      if (detectFormat(await plain.head(HEAD_SIZE)) === 'text') return plain;
    } catch (error) {
      await plain.close();
      throw error;
    }
    await plain.close();
    return undefined;
  }
}
