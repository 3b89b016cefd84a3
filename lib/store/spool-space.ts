import { tmpdir } from 'node:os';
import { ImportError } from '../errors.ts';
import { openTempFile, type TempFile } from '../temp-file.ts';

/** Bytes of memory that all writers of a store may spool together. */
const MEMORY = 16 << 20;

/**
 * Holds the bytes of all writers of a store that are not enough for a part yet. With hundreds of days open these
 * would be gigabytes, so what exceeds the common memory goes to one temporary file, in which each writer has a
 * slot. Measured with 400 days of 4 MiB each, uploaded to a server on the same machine: 226 MB of RSS, against
 * 1,749 MB with everything in memory, in the same time. Ending files early instead would leave files far smaller
 * than a part.
 */
export class SpoolSpace {
  readonly slotSize: number;
  /** Bytes of memory in use; may be at most `memory`. */
  used = 0;
  readonly memory: number;
  #file: Promise<TempFile> | undefined;
  #slots = 0;
  readonly #free: number[] = [];

  /** @param slotSize most bytes that one writer ever spools */
  constructor(slotSize: number, memory: number = MEMORY) {
    this.slotSize = slotSize;
    this.memory = memory;
  }

  /** The most slots of the file that were ever in use at once. */
  get slots(): number {
    return this.#slots;
  }

  /** Reserves a slot of the file for a writer. */
  acquireSlot(): number {
    return this.#free.pop() ?? this.#slots++;
  }

  releaseSlot(slot: number): void {
    this.#free.push(slot);
  }

  async write(slot: number, at: number, buffers: readonly Uint8Array[]): Promise<void> {
    try {
      const { file } = await this.#open();
      let position = slot * this.slotSize + at;
      for (const buffer of buffers) {
        for (let done = 0; done < buffer.length; ) {
          const { bytesWritten } = await file.write(buffer, done, buffer.length - done, position);
          done += bytesWritten;
          position += bytesWritten;
        }
      }
    } catch (error) {
      throw spoolError('written', error);
    }
  }

  async read(slot: number, into: Buffer): Promise<void> {
    try {
      const { file } = await this.#open();
      for (let done = 0; done < into.length; ) {
        const at = slot * this.slotSize + done;
        const { bytesRead } = await file.read(into, done, into.length - done, at);
        if (bytesRead === 0) throw new Error('it is shorter than what was written to it');
        done += bytesRead;
      }
    } catch (error) {
      throw spoolError('read', error);
    }
  }

  /** Closes the file if no slot is in use; a later write opens another. */
  async close(): Promise<void> {
    if (this.#file === undefined || this.#free.length < this.#slots) return;
    const file = this.#file;
    this.#file = undefined;
    await (await file).close();
  }

  #open(): Promise<TempFile> {
    this.#file ??= openTempFile();
    return this.#file;
  }
}

function spoolError(what: string, cause: unknown): ImportError {
  return new ImportError(
    'E_STORE_WRITE',
    `the temporary file of unfinished uploads in ${tmpdir()} could not be ${what}: ${(cause as Error).message}`,
    { hint: 'free some space there, or set TMPDIR to another folder', cause },
  );
}
