import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import * as promises from 'node:fs/promises';
import path from 'node:path';
import type { ImportError } from '../../errors.ts';
import { byName } from '../by-name.ts';
import { type ObjectInfo, type ObjectWriter, STAGING, type Store } from '../contract.ts';
import { Claim, isClaim, removeClaimBehind } from './claim.ts';
import { changed, conflict, lossOfStaged } from './conflicts.ts';
import { errnoOf, explain } from './errors.ts';
import {
  type FileSystem,
  madeLast,
  makeFolder,
  makeFolders,
  removeEmptyFolders,
  removeIfEmpty,
  syncFolder,
  unlinkIfThere,
  withFolder,
} from './files.ts';
import { foldersIn } from './folders.ts';
import { readBytes } from './read.ts';
import { describeFile, LocalWriter, writeNew } from './writer.ts';

/** Errors of `link` on a file system without hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Writes to a local folder, which is created with the first file. A file is written under a hidden name, made
 * durable, and then renamed; claim.ts explains how two runs on one folder are kept apart.
 */
export class LocalStore implements Store {
  readonly url: string;
  readonly renames = true;
  readonly #root: string;
  readonly #fs: FileSystem;
  readonly #run = randomBytes(8).toString('hex');
  readonly #claims = new Map<string, Promise<Claim>>();

  constructor(folder: string, options: { fs?: FileSystem } = {}) {
    this.#root = path.resolve(folder);
    this.#fs = options.fs ?? promises;
    this.url = this.#root;
  }

  async list(prefix: string): Promise<ObjectInfo[]> {
    const found: ObjectInfo[] = [];
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    try {
      await this.#walk(folder, prefix, found);
    } catch (error) {
      throw explain(error, 'list', this.#path(folder));
    }
    return found.sort(byName);
  }

  folders(prefix: string): Promise<string[]> {
    return foldersIn(this.#fs, this.#root, prefix);
  }

  async create(name: string): Promise<ObjectWriter> {
    const file = this.#path(name);
    const folder = path.dirname(file);
    const target = { fs: this.#fs, name, file, syncFolder: this.#syncFolder };
    // No run gives a staged file the name of another run's, and it is not published: it needs neither a claim nor
    // another name until it is complete. Together they made 400 small days a quarter slower.
    if (this.#isStaging(folder)) {
      const makeFolder = (): Promise<void> => this.#makeFolder(folder);
      return new LocalWriter({ ...target, temp: file, makeFolder, lossOf: lossOfStaged(file) });
    }
    const claim = await this.#claimFor(file);
    const lossOf = (error: unknown): Promise<ImportError | undefined> => claim.lossOf(error);
    return new LocalWriter({ ...target, temp: claim.temp(), lossOf });
  }

  async put(name: string, bytes: Uint8Array): Promise<ObjectInfo> {
    const file = this.#path(name);
    const folder = path.dirname(file);
    let claim: Claim | undefined;
    try {
      if (this.#isStaging(folder)) {
        const write = (): Promise<ObjectInfo> => writeNew(this.#fs, file, name, bytes);
        return await withFolder(() => this.#makeFolder(folder), write);
      }
      claim = await this.#claimFor(file);
      const temp = claim.temp();
      const info = await writeNew(this.#fs, temp, name, bytes);
      await this.#publishNew(temp, file);
      await syncFolder(this.#fs, folder);
      return info;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') throw conflict(file, error);
      throw (await claim?.lossOf(error)) ?? explain(error, 'write', file);
    }
  }

  async read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array> {
    const file = this.#path(object.name);
    try {
      const bytes = await readBytes(this.#fs, file, object, start, end);
      if (bytes !== undefined) return bytes;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw explain(error, 'read', file);
    }
    throw changed(file);
  }

  async modified({ version }: ObjectInfo): Promise<number> {
    return Number(BigInt(version.slice(version.lastIndexOf('-') + 1)) / 1_000_000n);
  }

  // Through the claim on the folder of `to`, so that the rename fails once another run has that folder.
  async copy(from: ObjectInfo, to: string): Promise<ObjectInfo> {
    const source = this.#path(from.name);
    const file = this.#path(to);
    const claim = await this.#claimFor(file);
    const temp = claim.temp();
    try {
      await this.#fs.rename(source, temp);
      await this.#fs.rename(temp, file);
      await this.#syncFolder(path.dirname(file));
      return { ...from, name: to };
    } catch (error) {
      const loss = await claim.lossOf(error);
      if (loss !== undefined) throw loss;
      throw errnoOf(error) === 'ENOENT' ? changed(source, error) : explain(error, 'write', file);
    }
  }

  async remove(name: string): Promise<void> {
    const file = this.#path(name);
    const folder = path.dirname(file);
    try {
      // A deletion must not create a missing folder.
      if (!(await this.#exists(folder))) return;
      // Names of what is staged are those of one run: nothing has to keep other runs out.
      if (this.#isStaging(folder)) {
        await unlinkIfThere(this.#fs, file);
        return await removeEmptyFolders(this.#fs, folder, this.#root);
      }
    } catch (error) {
      throw explain(error, 'remove', file);
    }
    const claim = await this.#claimFor(file);
    const temp = claim.temp();
    try {
      await this.#fs.rename(file, temp);
      await syncFolder(this.#fs, folder);
      await unlinkIfThere(this.#fs, temp);
    } catch (error) {
      const loss = await claim.lossOf(error);
      if (loss !== undefined) throw loss;
      if (errnoOf(error) !== 'ENOENT') throw explain(error, 'remove', file);
    }
  }

  async claim(prefix: string): Promise<void> {
    const folder = this.#path(prefix);
    const claim = await this.#claimOf(folder);
    try {
      await claim.revokeOthers();
    } catch (error) {
      throw (
        (await claim.lossOf(error)) ?? explain(error, 'remove what an earlier run left in', folder)
      );
    }
  }

  async release(prefix: string): Promise<void> {
    const top = this.#path(prefix);
    for (const [folder, claim] of this.#claims) {
      if (folder !== top && !folder.startsWith(top + path.sep)) continue;
      try {
        await (await claim).release(this.#root);
        // Not before, so that a second attempt is made when the run ends.
        this.#claims.delete(folder);
      } catch (error) {
        throw explain(error, "remove this run's unfinished files from", folder);
      }
    }
    if (this.#isStaging(top)) await removeEmptyFolders(this.#fs, top, this.#root);
  }

  // Who only looks at a day may not be allowed to change it.
  async tidy(name: string): Promise<void> {
    try {
      if (name.endsWith('/')) return await removeIfEmpty(this.#fs, this.#path(name));
      await removeClaimBehind(this.#fs, this.#path(name));
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }

  #path(name: string): string {
    return path.join(this.#root, name).replace(/(?<=.)[\\/]$/, '');
  }

  /** Resolves with the claim through which a file is changed: that on its folder or on a parent of it. */
  async #claimFor(file: string): Promise<Claim> {
    const folder = path.dirname(file);
    for (let at = folder; at.startsWith(this.#root); at = path.dirname(at)) {
      const claim = this.#claims.get(at);
      if (claim === undefined) {
        if (at === path.dirname(at)) break;
        continue;
      }
      try {
        if (at !== folder) await this.#makeFolder(folder);
      } catch (error) {
        throw explain(error, 'write to', folder);
      }
      return claim;
    }
    return this.#claimOf(folder);
  }

  /** Resolves with this run's claim on a folder, made on first use; other runs' claims stay valid. */
  #claimOf(folder: string): Promise<Claim> {
    let claim = this.#claims.get(folder);
    if (claim === undefined) {
      claim = Claim.make(this.#fs, folder, this.#run, this.#makeFolder).catch(async (error) => {
        this.#claims.delete(folder);
        await removeEmptyFolders(this.#fs, folder, this.#root);
        throw explain(error, 'write to', folder);
      });
      this.#claims.set(folder, claim);
    }
    return claim;
  }

  #isStaging(folder: string): boolean {
    return `${folder}${path.sep}`.startsWith(path.join(this.#root, STAGING));
  }

  readonly #makeFolder = async (folder: string): Promise<void> => {
    if (!this.#isStaging(folder)) return makeFolder(this.#fs, folder);
    if (await madeLast(this.#fs, folder)) return;
    await makeFolder(this.#fs, this.#root);
    await makeFolders(this.#fs, folder);
  };

  /** Makes the names in a folder durable, unless it is for staging: that took two more syncs a day. */
  readonly #syncFolder = async (folder: string): Promise<void> => {
    if (!this.#isStaging(folder)) await syncFolder(this.#fs, folder);
  };

  // `link` fails if the name exists, `rename` does not. On a file system without links, the claim alone keeps
  // other runs out.
  async #publishNew(temp: string, file: string): Promise<void> {
    try {
      await this.#fs.link(temp, file);
    } catch (error) {
      if (!NO_LINKS.has(errnoOf(error) ?? '')) throw error;
      if (await this.#exists(file)) throw conflict(file, error);
      await this.#fs.rename(temp, file);
      return;
    }
    await unlinkIfThere(this.#fs, temp);
  }

  async #exists(file: string): Promise<boolean> {
    try {
      await this.#fs.stat(file);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async #walk(folder: string, prefix: string, found: ObjectInfo[]): Promise<void> {
    for (const entry of await this.#entries(folder)) {
      const name = folder + entry.name;
      if (isClaim(entry.name)) continue;
      if (entry.isDirectory()) {
        // The folder is inside the prefix, or the prefix is inside the folder.
        if (`${name}/`.startsWith(prefix)) await this.#walk(`${name}/`, prefix, found);
        continue;
      }
      if (!name.startsWith(prefix)) continue;
      try {
        const stats = await this.#fs.stat(this.#path(name), { bigint: true });
        if (!stats.isDirectory()) found.push(describeFile(name, stats));
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
      }
    }
  }

  async #entries(folder: string): Promise<Dirent[]> {
    try {
      return await this.#fs.readdir(this.#path(folder), { withFileTypes: true });
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
  }
}
