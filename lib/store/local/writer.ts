import { type BigIntStats, constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ImportError } from '../../errors.ts';
import { releaseBytes } from '../../large-buffers.ts';
import type { ObjectInfo, ObjectWriter } from '../contract.ts';
import { explain } from './errors.ts';
import { type FileSystem, unlinkIfThere, withFolder } from './files.ts';
import { withFile } from './with-file.ts';

/**
 * Bytes after which a write to the disk is started, while more bytes are produced. By itself the system would
 * start half a minute later, or when `close` has to wait for the whole file: 4 GiB of events then took 7.1 instead
 * of 4.9 seconds on a disk of 200 MB/s, and equally long on a fast one.
 */
const SYNC_BYTES = 8 << 20;

/** Bytes from which a piece is written at once; smaller ones wait. 400 open days then hold at most 6 MiB. */
const MOST_WAITING_BYTES = 16 << 10;

/** Describes a file as listings and finished writers do. */
export function describeFile(name: string, stats: BigIntStats): ObjectInfo {
  const version = `${stats.dev}-${stats.ino}-${stats.mtimeNs}`;
  return { name, size: Number(stats.size), version };
}

/** Writes a small file that must not exist yet; its bytes are durable, its name is not. */
export function writeNew(
  fs: FileSystem,
  path: string,
  name: string,
  bytes: Uint8Array,
): Promise<ObjectInfo> {
  return withFile(fs, path, 'wx', async (file) => {
    await file.writeFile(bytes);
    await file.sync();
    return describeFile(name, await file.stat({ bigint: true }));
  });
}

/** The file that a `LocalWriter` writes. */
export interface LocalTarget {
  fs: FileSystem;
  /** The object's name in the store. */
  name: string;
  /** The path of the file. */
  file: string;
  /** The path that it has until it is complete; the same if its name says that it is not published. */
  temp: string;
  /** Makes the folder of the temporary path, if it may be missing. */
  makeFolder?: () => Promise<void>;
  /** Resolves with the error to report if an operation failed because another run took the file away. */
  lossOf: (error: unknown) => Promise<ImportError | undefined>;
  /** Makes the file's name durable, if it has to be. */
  syncFolder: (folder: string) => Promise<void>;
}

/**
 * Writes a file, under a temporary name until it is complete and durable. Between writes it holds no file descriptor,
 * because hundreds of days may be open at once. So small pieces, such as the header, wait for the next one: each
 * opens the file once less.
 */
export class LocalWriter implements ObjectWriter {
  readonly #fs: FileSystem;
  readonly #target: LocalTarget;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isCreated = false;
  /** Bytes that are in the file. */
  #size = 0;
  #synced = 0;
  #syncing: Promise<void> = Promise.resolve();
  #isSyncing = false;
  #state: 'open' | 'failed' | 'done' = 'open';

  constructor(target: LocalTarget) {
    this.#fs = target.fs;
    this.#target = target;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#attempt(async () => {
      this.#waiting.push(bytes);
      this.#waitingBytes += bytes.byteLength;
      if (this.#waitingBytes < MOST_WAITING_BYTES) return;
      await this.#use((file) => this.#append(file));
      if (this.#size - this.#synced >= SYNC_BYTES) this.#startSync();
    });
  }

  async close(): Promise<ObjectInfo> {
    const { file, temp, syncFolder } = this.#target;
    const info = await this.#attempt(async () => {
      await this.#syncing;
      const described = await this.#use(async (handle) => {
        await this.#append(handle);
        return this.#sync(handle);
      });
      if (temp !== file) await this.#fs.rename(temp, file);
      return described;
    });
    this.#state = 'done';
    try {
      await syncFolder(path.dirname(file));
    } catch (error) {
      throw explain(error, 'make durable', file);
    }
    return info;
  }

  async abort(): Promise<void> {
    if (this.#state === 'done') return;
    this.#state = 'done';
    await this.#syncing.catch(() => {});
    try {
      await unlinkIfThere(this.#fs, this.#target.temp);
    } catch (error) {
      throw explain(error, 'remove', this.#target.temp);
    }
  }

  /** Writes what waits. */
  async #append(file: FileHandle): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    for (const bytes of pieces) {
      await file.writeFile(bytes);
      releaseBytes(bytes);
    }
    this.#size += this.#waitingBytes;
    this.#waitingBytes = 0;
  }

  /** Starts a sync. After a failed one no other is started, because a disk reports lost bytes only once. */
  #startSync(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#synced = this.#size;
    this.#syncing = this.#use((file) => file.datasync()).then(() => {
      this.#isSyncing = false;
    });
    // `close` throws the error; until then it must not count as unhandled.
    this.#syncing.catch(() => {});
  }

  // The version is read from the open file, because another run's file may have taken its name.
  async #sync(file: FileHandle): Promise<ObjectInfo> {
    await file.sync();
    const info = describeFile(this.#target.name, await file.stat({ bigint: true }));
    if (info.size !== this.#size) {
      throw new ImportError(
        'E_STORE_CONFLICT',
        `${this.#target.temp} should have ${this.#size} bytes but has ${info.size}: another program changed it`,
        { hint: 'run again, and let nothing else write into this folder' },
      );
    }
    return info;
  }

  /** Opens the unfinished file for one step. */
  #use<T>(step: (file: FileHandle) => Promise<T>): Promise<T> {
    const { temp, makeFolder } = this.#target;
    // Created once, so that a deleted file does not come back with only its tail.
    if (this.#isCreated) {
      return withFile(this.#fs, temp, constants.O_WRONLY | constants.O_APPEND, step);
    }
    const create = (): Promise<T> =>
      withFile(this.#fs, temp, 'ax', (file) => {
        this.#isCreated = true;
        return step(file);
      });
    return makeFolder === undefined ? create() : withFolder(makeFolder, create);
  }

  // After a failed step the file may lack bytes, so every later step is refused.
  async #attempt<T>(step: () => Promise<T>): Promise<T> {
    const { file, lossOf } = this.#target;
    if (this.#state !== 'open') {
      throw new ImportError('E_INTERNAL', `${file} is no longer being written`);
    }
    try {
      return await step();
    } catch (error) {
      this.#state = 'failed';
      throw (await lossOf(error)) ?? explain(error, 'write', file);
    }
  }
}
