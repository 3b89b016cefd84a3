import type { FileRecord, InputFile } from './input-file.ts';
import { InputSource } from './input-source.ts';
import { openInput } from './open-input.ts';
import { PlainFile } from './plain-file.ts';
import { readFile } from './read-file.ts';
import { type Format, isBrotliName, isCompressedFormat } from './signatures.ts';
import { CHUNK_SIZE } from './source.ts';

/** A regular file. */
export class FileSource extends InputSource {
  readonly #file: InputFile;
  readonly #format: Format;

  /** @param format what the file is by its first bytes */
  constructor(file: InputFile, format: Format) {
    super(file.name, file.size, (signal) => readFile(file, signal), file);
    this.#file = file;
    this.#format = format;
  }

  protected override get isSmall(): boolean {
    return this.#file.size <= CHUNK_SIZE;
  }

  override async suitsOneThread(): Promise<boolean> {
    return this.#isSmallFile || isBrotliName(this.name) || isCompressedFormat(this.#format);
  }

  smallFile(): FileRecord | undefined {
    if (!this.#isSmallFile) return undefined;
    this.count(this.#file.size);
    return this.#file.record;
  }

  /** Large text: threads read its blocks themselves. */
  async plainFile(): Promise<PlainFile | undefined> {
    if (this.isSmall || isBrotliName(this.name) || this.#format !== 'text') return undefined;
    return new PlainFile(this.#file, await openInput(this.name), (bytes) => this.count(bytes));
  }

  /** Files of /proc have a size of 0, however many bytes can be read. */
  get #isSmallFile(): boolean {
    return this.isSmall && this.#file.size > 0;
  }
}
