import type { BigIntStats } from 'node:fs';
import { fstat } from 'node:fs';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ImportError } from '../errors.ts';
import { changedError, inputError } from './input-error.ts';

const statDescriptor = promisify(fstat);

/** What to do with a file that grows while it is read: end the run, or read what the file had at first. */
export type FollowGrowth = 'off' | 'ignore';

/** What the run expects of files on this machine. */
export interface FileOptions {
  /** Default `off`. */
  followGrowth?: FollowGrowth | undefined;
  /** Seconds for which nothing may have written to a file before the run. Default 0. */
  settle?: number | undefined;
}

/** What the system says of a file; two files with equal states count as unchanged. */
type FileState = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs'>;

/** What a thread needs to know of a file to read it and to see whether it has changed. */
export interface FileRecord {
  name: string;
  found: FileState;
  followGrowth: FollowGrowth | undefined;
}

const STDIN = 0;
const GREW = 'it grew';
const IGNORE_GROWTH =
  '--follow-growth ignore (API: followGrowth) takes the bytes that a file has at first.';

/** A regular file as the run found it, before anything was read. It says whether the file has changed since. */
export class InputFile {
  readonly name: string;
  /** Bytes that the file had. */
  readonly size: number;
  readonly #found: FileState;
  readonly #followGrowth: FollowGrowth | undefined;
  /** Looks at the file that the name means now. */
  readonly #look: () => Promise<FileState>;

  private constructor(
    name: string,
    found: FileState,
    followGrowth: FollowGrowth | undefined,
    look: () => Promise<FileState>,
  ) {
    this.name = name;
    this.size = Number(found.size);
    this.#found = found;
    this.#followGrowth = followGrowth;
    this.#look = look;
  }

  /** The file at a path. @throws ImportError E_INPUT_CHANGED for a file that something has just written to */
  static at(path: string, found: BigIntStats, options: FileOptions): InputFile {
    assertSettled(path, found, options.settle);
    return new InputFile(path, found, options.followGrowth, () => stat(path, { bigint: true }));
  }

  /** The file that is standard input. @throws ImportError E_INPUT_CHANGED */
  static ofStdin(name: string, found: BigIntStats, options: FileOptions): InputFile {
    assertSettled(name, found, options.settle);
    const look = (): Promise<FileState> => statDescriptor(STDIN, { bigint: true });
    return new InputFile(name, found, options.followGrowth, look);
  }

  /** The file that another thread has found. */
  static of({ name, found, followGrowth }: FileRecord): InputFile {
    return new InputFile(name, found, followGrowth, () => stat(name, { bigint: true }));
  }

  /** The file for another thread. */
  get record(): FileRecord {
    const { dev, ino, size, mtimeNs } = this.#found;
    return {
      name: this.name,
      found: { dev, ino, size, mtimeNs },
      followGrowth: this.#followGrowth,
    };
  }

  /** The file's device and number: equal for two names of one file. */
  get identity(): string {
    return `${this.#found.dev}:${this.#found.ino}`;
  }

  /**
   * Returns how many of `most` bytes may be read at an offset: those that the file had. What is appended later is
   * not read. A size of 0 bounds nothing, because files of /proc have that size.
   */
  left(at: number, most: number): number {
    return this.size === 0 ? most : Math.min(most, this.size - at);
  }

  /** Checks that all bytes were read that the file had. @throws ImportError E_INPUT_CHANGED */
  assertWhole(bytesRead: number): void {
    if (bytesRead >= this.size) return;
    throw changedError(this.name, `it had ${this.size} bytes, but only ${bytesRead} could be read`);
  }

  /**
   * Checks that the name still means the file that the run found, and that nothing has written to the file.
   *
   * @param lookAtOpened looks at the file that was opened; another file may have taken its place before
   * @throws ImportError E_INPUT_CHANGED, or E_INPUT_READ where that cannot be found out
   */
  async assertUnchanged(lookAtOpened?: () => Promise<FileState>): Promise<void> {
    const looks = lookAtOpened === undefined ? [this.#look] : [lookAtOpened, this.#look];
    const states = await Promise.all(looks.map((look) => look().catch(this.#gone)));
    for (const now of states) this.assertSame(now);
  }

  /** Checks that a look at the file shows no change; undefined if there is no such file. @throws ImportError E_INPUT_CHANGED */
  assertSame(now: FileState | undefined): void {
    const change = now === undefined ? 'it was removed or renamed' : this.#change(now);
    if (change === undefined) return;
    const hint = change.startsWith(GREW) ? ` ${IGNORE_GROWTH}` : '';
    throw changedError(this.name, change, { hint });
  }

  /** Returns undefined for the error of a file that is gone. Any other error says nothing of the file, and is thrown. */
  readonly #gone = (error: unknown): undefined => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw inputError(error, this.name);
  };

  /** Says in words how a file differs from the one that the run found; undefined where it does not. */
  #change(now: FileState): string | undefined {
    const { dev, ino, size, mtimeNs } = this.#found;
    // A file of /proc has another number and time at each look.
    if (size === 0n && now.size === 0n) return undefined;
    if (now.dev !== dev || now.ino !== ino) return 'another file has taken its place';
    if (now.size < size) return `it became shorter, from ${size} to ${now.size} bytes`;
    if (now.size > size) {
      if (this.#followGrowth === 'ignore') return undefined;
      return `${GREW} from ${size} to ${now.size} bytes`;
    }
    return now.mtimeNs === mtimeNs ? undefined : 'something wrote to it';
  }
}

/** Checks that nothing has written to a file for some time. @throws ImportError E_INPUT_CHANGED */
function assertSettled(name: string, { mtimeMs }: BigIntStats, settle = 0): void {
  const age = (Date.now() - Number(mtimeMs)) / 1000;
  if (settle === 0 || age >= settle) return;
  const when =
    age < 0
      ? `the time of its last change is ${Math.ceil(-age)} s ahead of this machine's clock`
      : `its last change was ${Math.floor(age)} s ago`;
  throw new ImportError(
    'E_INPUT_CHANGED',
    `${name}: expected a file that has not changed for ${settle} s (--settle), but ${when}`,
    {
      hint: 'Nothing was read. Wait until the program that writes the file has finished, then run again.',
      position: { source: name },
    },
  );
}
