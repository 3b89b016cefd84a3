import type { FileHandle } from 'node:fs/promises';
import { inputError } from './input-error.ts';

const LINE_FEED = 10;
/** Bytes looked at for the end of a line. */
const LOOK = 16 << 10;

/** A regular file whose stored bytes are its text, so that any thread may read it at any place. */
export class PlainFile {
  readonly #name: string;
  readonly #file: FileHandle;
  readonly #onRead: (bytes: number) => void;

  /** @param onRead is told of bytes that were handed on */
  constructor(name: string, file: FileHandle, onRead: (bytes: number) => void) {
    this.#name = name;
    this.#file = file;
    this.#onRead = onRead;
  }

  /** Stays open until `close`. */
  get descriptor(): number {
    return this.#file.fd;
  }

  /** The first bytes: `size` of them, or all there are. */
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

  /** Where the line ends that the byte at `at` belongs to, behind its line feed; the last one with the file. */
  async lineEnd(at: number): Promise<{ end: number; isLast: boolean }> {
    const buffer = Buffer.allocUnsafe(LOOK);
    for (let from = at; ; ) {
      const read = await this.#read(buffer, from);
      if (read === 0) return { end: await this.#end(from), isLast: true };
      const feed = buffer.subarray(0, read).indexOf(LINE_FEED);
      if (feed >= 0) return { end: from + feed + 1, isLast: false };
      from += read;
    }
  }

  /** Counts bytes that somebody reads. */
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

  /** Where the file ends, which has nothing at `at`. What its size says is looked at: in /proc it is 0. */
  async #end(at: number): Promise<number> {
    const buffer = Buffer.allocUnsafe(LOOK);
    let end = Math.min(at, (await this.#file.stat()).size);
    for (let read = await this.#read(buffer, end); read > 0; read = await this.#read(buffer, end)) {
      end += read;
    }
    return end;
  }
}
