import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ImportError } from '../errors.ts';
import { tempPath } from '../temp-path.ts';

/** What the file is for, and what to do where it cannot be used. */
export interface SpillPurpose {
  code: 'E_DEDUPE_SPILL' | 'E_DAYS_SPILL';
  what: string;
  hint: string;
}

/**
 * The temporary file with what passed a memory. It has no name (where an open file cannot be unlinked, it
 * has until `close`), so that a killed run leaves none behind. Synchronous, as who needs it is.
 */
export class SpillFile {
  readonly #purpose: SpillPurpose;
  #hasFailed = false;
  #file: number | undefined;
  /** Its path where it still has one. */
  #path: string | undefined;

  constructor(purpose: SpillPurpose) {
    this.#purpose = purpose;
  }

  /** Whether it could not be written once. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** @throws ImportError E_DEDUPE_SPILL, E_DAYS_SPILL */
  write(memory: Uint8Array, address: number, length: number, position: number): void {
    try {
      this.#file ??= this.#open();
      for (let done = 0; done < length; ) {
        done += writeSync(this.#file, memory, address + done, length - done, position + done);
      }
    } catch (cause) {
      this.#hasFailed = true;
      throw this.#failure('write', cause);
    }
  }

  /** @throws ImportError E_DEDUPE_SPILL, E_DAYS_SPILL */
  read(memory: Uint8Array, address: number, length: number, position: number): void {
    try {
      for (let done = 0; done < length; ) {
        const file = this.#file as number;
        const read = readSync(file, memory, address + done, length - done, position + done);
        if (read === 0) throw new Error('it is shorter than what was written');
        done += read;
      }
    } catch (cause) {
      throw this.#failure('read', cause);
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

  #failure(action: string, cause: unknown): ImportError {
    const { code, what, hint } = this.#purpose;
    return new ImportError(
      code,
      `${what}: expected to ${action} a temporary file in ${tmpdir()}, got ${(cause as Error).message}`,
      { hint, cause },
    );
  }
}
