import { constants } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { isBrotliName } from './brotli.ts';
import { detectFormat, HEAD_SIZE } from './formats.ts';
import { inputError } from './input-error.ts';
import { InputSource } from './input-source.ts';
import { PlainFile } from './plain-file.ts';

/** A regular file. */
export class FileSource extends InputSource {
  async plainFile(): Promise<PlainFile | undefined> {
    if (isBrotliName(this.name)) return undefined;
    const file = await this.#open();
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

  async #open(): Promise<FileHandle> {
    try {
      return await openFile(this.name, constants.O_RDONLY);
    } catch (error) {
      throw inputError(error, this.name);
    }
  }
}
