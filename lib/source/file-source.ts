import type { FileRecord, InputFile } from './input-file.ts';
import { InputSource } from './input-source.ts';
import { openInput } from './open-input.ts';
import { PlainFile } from './plain-file.ts';
import { readFile } from './read-file.ts';
import { readHead } from './read-head.ts';
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

  override async suitsOneThread(signal: AbortSignal): Promise<boolean> {
    return this.#isSmallFile || super.suitsOneThread(signal);
  }

  smallFile(): FileRecord | undefined {
    if (!this.#isSmallFile) return undefined;
    this.count(this.#file.size);
    return this.#file.record;
  }

  /** The first bytes of a large file. It is not kept open, because there may be thousands of files. */
  protected override head(): Promise<Uint8Array> {
    return readHead(this.name, HEAD_SIZE);
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

  /** Files of /proc have a size of 0, however many bytes can be read. */
  get #isSmallFile(): boolean {
    return this.isSmall && this.#file.size > 0;
  }
}
