import { readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ImportError } from '../errors.ts';
import { openTempFileSync } from '../temp-file.ts';

/** What the file is for, and what to do if it cannot be used. */
export interface SpillPurpose {
  code: 'E_DEDUPE_SPILL' | 'E_DAYS_SPILL';
  what: string;
  hint: string;
}

/** A temporary file for what does not fit in memory. It is synchronous, because the stages that need it are. */
export class SpillFile {
  readonly #purpose: SpillPurpose;
  #hasFailed = false;
  #file: ReturnType<typeof openTempFileSync> | undefined;

  constructor(purpose: SpillPurpose) {
    this.#purpose = purpose;
  }

  /** Whether a write has failed. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Writes bytes of linear memory. @throws ImportError E_DEDUPE_SPILL, E_DAYS_SPILL */
  write(memory: Uint8Array, address: number, length: number, position: number): void {
    try {
      this.#file ??= openTempFileSync();
      const { fd } = this.#file;
      for (let done = 0; done < length; ) {
        done += writeSync(fd, memory, address + done, length - done, position + done);
      }
    } catch (cause) {
      this.#hasFailed = true;
      throw this.#failure('write', cause);
    }
  }

  /** Reads bytes into linear memory. @throws ImportError E_DEDUPE_SPILL, E_DAYS_SPILL */
  read(memory: Uint8Array, address: number, length: number, position: number): void {
    try {
      for (let done = 0; done < length; ) {
        const { fd } = this.#file as { fd: number };
        const read = readSync(fd, memory, address + done, length - done, position + done);
        if (read === 0) throw new Error('it is shorter than what was written');
        done += read;
      }
    } catch (cause) {
      throw this.#failure('read', cause);
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
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
