import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ImportError } from '../errors.ts';
import { tempPath } from '../temp-path.ts';

/**
 * The temporary file with what passed a memory. It has no name (where an open file cannot be unlinked, it
 * has until `close`), so that a killed run leaves none behind. Synchronous, as who needs it is.
 */
export class SpillFile {
  #file: number | undefined;
  /** Its path where it still has one. */
  #path: string | undefined;

  /** @throws ImportError E_DEDUPE_SPILL */
  write(memory: Uint8Array, address: number, length: number, position: number): void {
    try {
      this.#file ??= this.#open();
      for (let done = 0; done < length; ) {
        done += writeSync(this.#file, memory, address + done, length - done, position + done);
      }
    } catch (cause) {
      throw failed('write', cause);
    }
  }

  /** @throws ImportError E_DEDUPE_SPILL */
  read(memory: Uint8Array, address: number, length: number, position: number): void {
    try {
      for (let done = 0; done < length; ) {
        const file = this.#file as number;
        const read = readSync(file, memory, address + done, length - done, position + done);
        if (read === 0) throw new Error('it is shorter than what was written');
        done += read;
      }
    } catch (cause) {
      throw failed('read', cause);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    if (this.#path !== undefined) unlinkSync(this.#path);
    this.#file = undefined;
    this.#path = undefined;
  }

  #open(): number {
    const path = tempPath();
    const file = openSync(path, 'wx+', 0o600);
    try {
      unlinkSync(path);
    } catch {
      this.#path = path;
    }
    return file;
  }
}

function failed(what: string, cause: unknown): ImportError {
  return new ImportError(
    'E_DEDUPE_SPILL',
    `dedupe: expected to ${what} a temporary file in ${tmpdir()}, got ${(cause as Error).message}`,
    {
      hint: 'Make room there (28 bytes an insert_id), name another folder in the environment as TMPDIR, or keep more insert_ids in memory (--dedupe-memory).',
      cause,
    },
  );
}
