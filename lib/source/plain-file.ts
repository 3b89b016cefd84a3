import type { FileHandle } from 'node:fs/promises';
import { LINE_FEED } from '../ascii.ts';
import { inputError } from './input-error.ts';
import type { InputFile } from './input-file.ts';
import { closeInput } from './open-input.ts';

/** Bytes read at a time while searching for the end of a line. */
const SEARCH_SIZE = 16 << 10;

/** An open regular file that is not empty and not compressed, so that any thread can read it from any place. */
export class PlainFile {
  readonly #file: InputFile;
  readonly #handle: FileHandle;
  readonly #onRead: (bytes: number) => void;

  /** @param onRead called with the number of bytes that a thread was given to read */
  constructor(file: InputFile, handle: FileHandle, onRead: (bytes: number) => void) {
    this.#file = file;
    this.#handle = handle;
    this.#onRead = onRead;
  }

  /** The file's descriptor, open until `close`. */
  get descriptor(): number {
    return this.#handle.fd;
  }

  /** Reads the first `size` bytes, or all bytes of a shorter file. */
  async head(size: number): Promise<Buffer> {
    const head = Buffer.allocUnsafe(Math.min(size, this.#file.size));
    for (let filled = 0; filled < head.length; ) {
      filled += await this.#read(head.subarray(filled), filled);
    }
    return head;
  }

  /** Resolves with the offset after the line feed that ends the line at `at`; the last line ends with the file. */
  async lineEnd(at: number): Promise<{ end: number; isLast: boolean }> {
    const { size } = this.#file;
    const buffer = Buffer.allocUnsafe(SEARCH_SIZE);
    for (let from = at; from < size; ) {
      const read = await this.#read(buffer, from);
      const feed = buffer.subarray(0, read).indexOf(LINE_FEED);
      if (feed >= 0) return { end: from + feed + 1, isLast: false };
      from += read;
    }
    return { end: size, isLast: true };
  }

  /** Counts bytes that a thread is given to read. */
  handOn(bytes: number): void {
    this.#onRead(bytes);
  }

  /** Checks that nothing has changed the file; called when all of it was read. @throws ImportError E_INPUT_CHANGED */
  async assertUnchanged(): Promise<void> {
    await this.#file.assertUnchanged(() => this.#handle.stat({ bigint: true }));
  }

  async close(): Promise<void> {
    await closeInput(this.#handle);
  }

  /** Reads at least one byte, and none that the file did not have at first. @throws ImportError E_INPUT_CHANGED */
  async #read(into: Buffer, at: number): Promise<number> {
    let read: number;
    try {
      const most = this.#file.left(at, into.length);
      read = (await this.#handle.read(into, 0, most, at)).bytesRead;
    } catch (error) {
      throw inputError(error, this.#file.name);
    }
    if (read === 0) this.#file.assertWhole(at);
    return read;
  }
}
