import { type BigIntStats, constants } from 'node:fs';
import path from 'node:path';
import { ImportError } from '../errors.ts';
import { releaseBytes } from '../release.ts';
import type { ObjectInfo, ObjectWriter } from './contract.ts';
import type { Claim } from './local-claim.ts';
import { explain } from './local-errors.ts';
import { type FileSystem, syncFolder, unlinkIfThere } from './local-files.ts';

/** What a listing and a finished writer tell of a file. */
export function describeFile(name: string, stats: BigIntStats): ObjectInfo {
  const version = `${stats.dev}-${stats.ino}-${stats.mtimeNs}`;
  return { name, size: Number(stats.size), version };
}

/**
 * Writes a file beside its final place and renames it there when it is whole and durable. Between
 * writes it holds no file descriptor, because hundreds of days may be open at once.
 */
export class LocalWriter implements ObjectWriter {
  readonly #fs: FileSystem;
  readonly #claim: Claim;
  readonly #name: string;
  readonly #file: string;
  readonly #temp: string;
  #size = 0;
  #state: 'open' | 'failed' | 'done' = 'open';

  private constructor(fs: FileSystem, claim: Claim, name: string, file: string) {
    this.#fs = fs;
    this.#claim = claim;
    this.#name = name;
    this.#file = file;
    this.#temp = claim.temp();
  }

  static async open(
    fs: FileSystem,
    claim: Claim,
    name: string,
    file: string,
  ): Promise<LocalWriter> {
    const writer = new LocalWriter(fs, claim, name, file);
    await writer.#attempt('create', async () => {
      const handle = await fs.open(writer.#temp, 'wx');
      await handle.close();
    });
    return writer;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#attempt('write', async () => {
      // Without O_CREAT: a file that is gone must not come back with only its tail.
      const handle = await this.#fs.open(this.#temp, constants.O_WRONLY | constants.O_APPEND);
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
      this.#size += bytes.byteLength;
      releaseBytes(bytes);
    });
  }

  async close(): Promise<ObjectInfo> {
    const info = await this.#attempt('write', async () => {
      const described = await this.#sync();
      await this.#fs.rename(this.#temp, this.#file);
      return described;
    });
    this.#state = 'done';
    try {
      await syncFolder(this.#fs, path.dirname(this.#file));
    } catch (error) {
      throw explain(error, 'make durable', this.#file);
    }
    return info;
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    this.#state = 'done';
    try {
      await unlinkIfThere(this.#fs, this.#temp);
    } catch (error) {
      throw explain(error, 'remove', this.#temp);
    }
  }

  // The version is read from the open file: under its name another run's may be in its place.
  async #sync(): Promise<ObjectInfo> {
    const handle = await this.#fs.open(this.#temp, 'r+');
    try {
      await handle.sync();
      const info = describeFile(this.#name, await handle.stat({ bigint: true }));
      if (info.size !== this.#size) {
        throw new ImportError(
          'E_STORE_CONFLICT',
          `${this.#temp} should have ${this.#size} bytes but has ${info.size}: somebody else changed it`,
          { hint: 'run again, and let nothing else write into this folder' },
        );
      }
      return info;
    } finally {
      await handle.close();
    }
  }

  // After a failed step the file may lack bytes: every later one is refused.
  async #attempt<T>(action: string, step: () => Promise<T>): Promise<T> {
    if (this.#state !== 'open') {
      throw new ImportError('E_INTERNAL', `${this.#file} is no longer being written`);
    }
    try {
      return await step();
    } catch (error) {
      this.#state = 'failed';
      throw (await this.#claim.lossOf(error)) ?? explain(error, action, this.#file);
    }
  }
}
