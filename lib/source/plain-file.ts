import type { FileHandle } from 'node:fs/promises';
import { LINE_FEED } from '../ascii.ts';
import { inputError } from './input-error.ts';

/** Bytes read at a time while searching for the end of a line. */
const SEARCH_SIZE = 16 << 10;

/** A regular file that is not compressed, so that any thread can read it from any place. */
export class PlainFile {
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #onRead: (bytes: number) => void;

  /** @param onRead called with the number of bytes that a thread was given to read */
  constructor(name: string, file: FileHandle, onRead: (bytes: number) => void) {
    this.#name = name;
    this.#file = file;
    this.#onRead = onRead;
  }

  /** The file's descriptor, open until `close`. */
  get descriptor(): number {
    return this.#file.fd;
  }

  /** Reads the first `size` bytes, or all bytes of a shorter file. */
  async head(size: number): Promise<Buffer> {
    const head = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const read = await this.#read(head.subarray(filled), filled);
      if (read === 0) break;
      filled += read;
    }
    return head.subarray(0, filled);
  }

  /** Resolves with the offset after the line feed that ends the line at `at`; the last line ends with the file. */
  async lineEnd(at: number): Promise<{ end: number; isLast: boolean }> {
    const buffer = Buffer.allocUnsafe(SEARCH_SIZE);
    for (let from = at; ; ) {
      const read = await this.#read(buffer, from);
      if (read === 0) return { end: await this.#end(from), isLast: true };
      const feed = buffer.subarray(0, read).indexOf(LINE_FEED);
      if (feed >= 0) return { end: from + feed + 1, isLast: false };
      from += read;
    }
  }

  /** Counts bytes that a thread is given to read. */
  handOn(bytes: number): void {
    this.#onRead(bytes);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #read(into: Buffer, at: number): Promise<number> {
    try {
      return (await this.#file.read(into, 0, into.length, at)).bytesRead;
    } catch (error) {
      throw inputError(error, this.#name);
    }
  }

  /** Resolves with the file's end, given that there is no byte at `at`. Its size is verified: in /proc it is 0. */
  async #end(at: number): Promise<number> {
    const buffer = Buffer.allocUnsafe(SEARCH_SIZE);
    let end = Math.min(at, (await this.#file.stat()).size);
    for (let read = await this.#read(buffer, end); read > 0; read = await this.#read(buffer, end)) {
      end += read;
    }
    return end;
  }
}
