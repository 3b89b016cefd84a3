import { type BigIntStats, constants, createWriteStream, type WriteStream } from 'node:fs';
import { access, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { ImportError } from '../lib/errors.ts';
import type { RejectRecord } from '../lib/report.ts';
import { statOfStdin } from '../lib/source/stdin.ts';

/** The first bytes of every rejects file. A file that begins otherwise is not overwritten. */
const BEGINNING = '{"source":';
const BUFFERED = 1 << 20;
/** Only this user may read a new file: rejected events hold what good ones do. */
const PRIVATE = 0o600;
/** Name of a day's folder. */
const DAY = /^dt=\d{4}-\d{2}-\d{2}$/;

/**
 * A file with the rejected events as NDJSON. It is created with the first event, so that a run without rejects
 * leaves no file, and written as events come, so that a crash leaves those seen so far.
 */
export class RejectsFile {
  readonly path: string;
  readonly #old: BigIntStats | undefined;
  #stream: WriteStream | undefined;
  #error: Error | undefined;

  private constructor(path: string, old: BigIntStats | undefined) {
    this.path = path;
    this.#old = old;
  }

  /** Checks that the file can be written and holds nothing else, before any work is done. @throws ImportError */
  static async prepare(path: string, inputs: readonly string[]): Promise<RejectsFile> {
    const old = await stat(path, { bigint: true }).catch(() => undefined);
    if (path === '-') {
      throw new ImportError('E_USAGE', '--rejects: expected the name of a file, got -', {
        hint: 'To write to a pipe, name /dev/stdout or /dev/stderr.',
      });
    }
    if (old?.isDirectory()) {
      throw new ImportError(
        'E_USAGE',
        `--rejects: expected the name of a file, got the folder ${path}`,
      );
    }
    try {
      await access(old ? path : dirname(path), constants.W_OK);
    } catch (error) {
      throw writeError(path, error as Error);
    }
    await assertOutsideDays(path, old !== undefined);
    if (old?.isFile()) {
      for (const input of inputs) {
        if (!(await namesFile(input, old))) continue;
        throw new ImportError(
          'E_USAGE',
          `--rejects: expected a file of its own, got the input ${input}`,
          { hint: 'Name a file that no pattern of the inputs matches.' },
        );
      }
      if (old.size > 0n && !(await isRejectsFile(path))) {
        throw new ImportError(
          'E_USAGE',
          `--rejects: expected a new file or an earlier rejects file, got ${path}, which is something else`,
          {
            hint: 'It would be overwritten. Name another file, or delete this one first.',
          },
        );
      }
    }
    return new RejectsFile(path, old);
  }

  /** Whether any event was written. */
  get begun(): boolean {
    return this.#stream !== undefined;
  }

  /** Writes an event. The caller should wait for a returned promise: the disk has not kept up. @throws ImportError */
  write(reject: RejectRecord): void | Promise<void> {
    this.#stream ??= this.#begin();
    if (this.#error) throw writeError(this.path, this.#error);
    if (!this.#stream.write(`${JSON.stringify(reject)}\n`)) return this.#drained(this.#stream);
  }

  /**
   * Makes the file durable. Removes the file of an earlier run where this one had no rejects.
   *
   * @param whole whether the run read all of its input
   * @throws ImportError
   */
  async close(whole: boolean): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined) {
      if (whole && this.#old?.isFile()) await rm(this.path, { force: true });
      return;
    }
    if (!this.#error) {
      await new Promise<void>((resolve) => {
        stream.once('close', resolve);
        stream.end();
      });
    }
    if (this.#error) throw writeError(this.path, this.#error);
  }

  #begin(): WriteStream {
    // Pipes and devices cannot be flushed.
    const flush = this.#old === undefined || this.#old.isFile();
    const stream = createWriteStream(this.path, {
      flags: 'w',
      mode: PRIVATE,
      highWaterMark: BUFFERED,
      flush,
    });
    stream.on('error', (error) => {
      this.#error ??= error;
    });
    return stream;
  }

  #drained(stream: WriteStream): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        stream.off('drain', settle).off('close', settle);
        if (this.#error) reject(writeError(this.path, this.#error));
        else resolve();
      };
      stream.once('drain', settle).once('close', settle);
    });
  }
}

/** Refuses a file in a day's folder, where readers would take it for the day's, even for its `_SUCCESS`. */
async function assertOutsideDays(path: string, exists: boolean): Promise<void> {
  const real = exists ? await realpath(path) : join(await realpath(dirname(path)), basename(path));
  if (!real.split(sep).some((name) => DAY.test(name))) return;
  throw new ImportError(
    'E_USAGE',
    `--rejects: expected a file outside the folders of days, got ${path}`,
    {
      hint: 'Readers take every file there for one of the day. Name a file elsewhere.',
    },
  );
}

/** Whether an input, which may be a pattern or standard input, includes a file. */
async function namesFile(input: string, file: BigIntStats): Promise<boolean> {
  const isSame = (found: BigIntStats | undefined): boolean =>
    found?.ino === file.ino && found.dev === file.dev;
  if (input === '-') return isSame(statOfStdin());
  const { localFiles } = await import('../lib/source/resolve.ts');
  for (const path of await localFiles(input)) {
    if (isSame(await stat(path, { bigint: true }).catch(() => undefined))) return true;
  }
  return false;
}

async function isRejectsFile(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(BEGINNING.length),
      0,
      BEGINNING.length,
      0,
    );
    return buffer.toString('latin1', 0, bytesRead) === BEGINNING;
  } finally {
    await file.close();
  }
}

function writeError(path: string, cause: Error): ImportError {
  return new ImportError(
    'E_STORE_WRITE',
    `the rejects file ${path} cannot be written: ${cause.message}`,
    {
      hint: 'Name another place with --rejects.',
      cause,
    },
  );
}
