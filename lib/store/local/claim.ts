/*
 * How one run owns a day's folder.
 *
 * Plain file operations cannot say "rename this part, unless another run has completed the day
 * in the meantime". A hidden folder can: each run makes its own inside the day's folder, and every
 * change goes through it. A part is written there and renamed out of it, a deleted file is renamed
 * into it, `_SUCCESS` is linked out of it. When another run renames that folder away, all these
 * operations fail at once, including those that are about to happen. So a new run first makes its
 * own folder, then renames all the others away, and only then lists the day: an earlier run may
 * have completed the day, but can no longer change it. As nothing waits for a lock, a killed run
 * does not block any other.
 */
import path from 'node:path';
import { ImportError } from '../../errors.ts';
import { errnoOf } from './errors.ts';
import { type FileSystem, removeEmptyFolders, withFolder } from './files.ts';

// The leading dot hides it from Spark, Hive and the shell; nothing in it ends with `.parquet`.
const PREFIX = '.hackle-import-';
const CLAIM = /^\.hackle-import-[0-9a-f]{16}(-revoked)?$/;

/** Whether a file name is that of a claim of this program, valid or revoked. */
export function isClaim(name: string): boolean {
  return CLAIM.test(name);
}

/** This run's claim on one folder. */
export class Claim {
  readonly folder: string;
  readonly #path: string;
  readonly #fs: FileSystem;
  #temps = 0;

  private constructor(fs: FileSystem, folder: string, claim: string) {
    this.#fs = fs;
    this.folder = folder;
    this.#path = claim;
  }

  /**
   * @param run 16 hex digits, different for every run
   * @param makeFolder creates the folder and its parents
   */
  static async make(
    fs: FileSystem,
    folder: string,
    run: string,
    makeFolder: (folder: string) => Promise<unknown>,
  ): Promise<Claim> {
    const claim = path.join(folder, PREFIX + run);
    await withFolder(
      () => makeFolder(folder),
      () => fs.mkdir(claim),
    );
    return new Claim(fs, folder, claim);
  }

  /** Returns the path of a new temporary file. */
  temp(): string {
    return path.join(this.#path, `${this.#temps++}.tmp`);
  }

  /** Revokes the claims of all other runs on the folder and removes their temporary files. */
  async revokeOthers(): Promise<void> {
    for (const name of await this.#fs.readdir(this.folder)) {
      const other = path.join(this.folder, name);
      if (!isClaim(name) || other === this.#path) continue;
      let revoked = other;
      if (!name.endsWith('-revoked')) {
        revoked = `${other}-revoked`;
        try {
          await this.#fs.rename(other, revoked);
        } catch (error) {
          if (errnoOf(error) === 'ENOENT') continue;
          throw error;
        }
      }
      await this.#fs.rm(revoked, { recursive: true, force: true });
    }
  }

  /** Resolves with whether another run revoked this claim, or its folder was deleted. */
  async isLost(): Promise<boolean> {
    try {
      await this.#fs.stat(this.#path);
      return false;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return true;
      throw error;
    }
  }

  /** Resolves with the error to report if an operation failed because the claim is lost; else with undefined. */
  async lossOf(error: unknown): Promise<ImportError | undefined> {
    if (errnoOf(error) !== 'ENOENT' || !(await this.isLost())) return undefined;
    return new ImportError(
      'E_STORE_CONFLICT',
      `another run took over ${this.folder}: the hidden folder with this run's unfinished files is gone`,
      {
        hint: 'let only one run at a time write a day; run again when the other one has ended',
        cause: error,
      },
    );
  }

  /** Removes this claim, then the folder and its parents below `root` as far as they are empty. */
  async release(root: string): Promise<void> {
    await this.#fs.rmdir(this.#path).catch(async (error: unknown) => {
      if (errnoOf(error) === undefined) throw error;
      await this.#fs.rm(this.#path, { recursive: true, force: true });
    });
    await removeEmptyFolders(this.#fs, this.folder, root);
  }
}

/**
 * Removes the claim of a run that was killed after it had linked `file` out of it. Even if the run is still alive, it
 * needs its claim no more: it only compares what is there, and releases the claim.
 */
export async function removeClaimBehind(fs: FileSystem, file: string): Promise<void> {
  const folder = path.dirname(file);
  const claims = (await fs.readdir(folder)).filter(isClaim);
  if (claims.length === 0) return;
  const { dev, ino } = await fs.stat(file, { bigint: true });
  for (const claim of claims.map((name) => path.join(folder, name))) {
    for (const name of await fs.readdir(claim)) {
      const other = await fs.stat(path.join(claim, name), { bigint: true });
      if (other.dev !== dev || other.ino !== ino) continue;
      await fs.rm(claim, { recursive: true, force: true });
      break;
    }
  }
}
