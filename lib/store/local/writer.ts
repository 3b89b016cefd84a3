import { type BigIntStats, constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ImportError } from '../../errors.ts';
import { releaseBytes } from '../../large-buffers.ts';
import type { ObjectInfo, ObjectWriter } from '../contract.ts';
import type { Claim } from './claim.ts';
import { explain } from './errors.ts';
import { type FileSystem, unlinkIfThere } from './files.ts';

/**
 * Bytes after which a write to the disk is started, while more bytes are produced. By itself the system would
 * start half a minute later, or when `close` has to wait for the whole file: 4 GiB of events then took 7.1 instead
 * of 4.9 seconds on a disk of 200 MB/s, and equally long on a fast one.
 */
const SYNC_BYTES = 8 << 20;

/** Describes a file as listings and finished writers do. */
export function describeFile(name: string, stats: BigIntStats): ObjectInfo {
  const version = `${stats.dev}-${stats.ino}-${stats.mtimeNs}`;
  return { name, size: Number(stats.size), version };
}

/** Writes a small file that must not exist yet; its bytes are durable, its name is not. */
export async function writeNew(
  fs: FileSystem,
  path: string,
  name: string,
  bytes: Uint8Array,
): Promise<ObjectInfo> {
  const file = await fs.open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
    return describeFile(name, await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}

/** The file that a `LocalWriter` writes. */
interface LocalTarget {
  fs: FileSystem;
  /** The claim through which the file is written. */
  claim: Claim;
  /** The object's name in the store. */
  name: string;
  /** The path of the file. */
  file: string;
  /** Makes the file's name durable, if it has to be. */
  syncFolder: (folder: string) => Promise<void>;
}

/**
 * Writes a file under a temporary name, and renames it when it is complete and durable. Between writes it holds no
 * file descriptor, because hundreds of days may be open at once.
 */
export class LocalWriter implements ObjectWriter {
  readonly #fs: FileSystem;
  readonly #claim: Claim;
  readonly #name: string;
  readonly #file: string;
  readonly #temp: string;
  readonly #syncFolder: (folder: string) => Promise<void>;
  #size = 0;
  #synced = 0;
  #syncing: Promise<void> = Promise.resolve();
  #isSyncing = false;
  #state: 'open' | 'failed' | 'done' = 'open';

  private constructor({ fs, claim, name, file, syncFolder }: LocalTarget) {
    this.#fs = fs;
    this.#claim = claim;
    this.#name = name;
    this.#file = file;
    this.#temp = claim.temp();
    this.#syncFolder = syncFolder;
  }

  static async open(target: LocalTarget): Promise<LocalWriter> {
    const writer = new LocalWriter(target);
    await writer.#attempt('create', async () => {
      await writer.#use('wx', async () => {});
    });
    return writer;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#attempt('write', async () => {
      // Without O_CREAT, so that a deleted file does not come back with only its tail.
      await this.#use(constants.O_WRONLY | constants.O_APPEND, (file) => file.writeFile(bytes));
      this.#size += bytes.byteLength;
      releaseBytes(bytes);
      if (this.#size - this.#synced >= SYNC_BYTES) this.#startSync();
    });
  }

  async close(): Promise<ObjectInfo> {
    const info = await this.#attempt('write', async () => {
      await this.#syncing;
      const described = await this.#sync();
      await this.#fs.rename(this.#temp, this.#file);
      return described;
    });
    this.#state = 'done';
    try {
      await this.#syncFolder(path.dirname(this.#file));
    } catch (error) {
      throw explain(error, 'make durable', this.#file);
    }
    return info;
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    this.#state = 'done';
    await this.#syncing.catch(() => {});
    try {
      await unlinkIfThere(this.#fs, this.#temp);
    } catch (error) {
      throw explain(error, 'remove', this.#temp);
    }
  }

  /** Starts a sync. After a failed one no other is started, because a disk reports lost bytes only once. */
  #startSync(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#synced = this.#size;
    this.#syncing = this.#use('r+', (file) => file.datasync()).then(() => {
      this.#isSyncing = false;
    });
    // `close` throws the error; until then it must not count as unhandled.
    this.#syncing.catch(() => {});
  }

  // The version is read from the open file, because another run's file may have taken its name.
  #sync(): Promise<ObjectInfo> {
    return this.#use('r+', async (file) => {
      await file.sync();
      const info = describeFile(this.#name, await file.stat({ bigint: true }));
      if (info.size !== this.#size) {
        throw new ImportError(
          'E_STORE_CONFLICT',
          `${this.#temp} should have ${this.#size} bytes but has ${info.size}: another program changed it`,
          { hint: 'run again, and let nothing else write into this folder' },
        );
      }
      return info;
    });
  }

  /** Opens the unfinished file for one step. */
  async #use<T>(flags: string | number, step: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await this.#fs.open(this.#temp, flags);
    try {
      return await step(file);
    } finally {
      await file.close();
    }
  }

  // After a failed step the file may lack bytes, so every later step is refused.
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
