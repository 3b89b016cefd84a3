import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { ImportError } from '../errors.ts';
import type { Input } from '../options/options.ts';
import { shownUrl } from '../store/bucket-url.ts';
import type { StoreOptions } from '../store/options.ts';
import { FileSource } from './file-source.ts';
import { directoryError, inputError } from './input-error.ts';
import { readPath, readStdin, readStream } from './read.ts';
import { shellWord } from './shell-word.ts';
import type { Source } from './source.ts';
import { statOfStdin } from './stdin.ts';
import { StreamSource } from './stream-source.ts';
import { isZip, zipSources } from './zip/sources.ts';

/** The objects that a URL names: one, or what a pattern matches, sorted by name. */
export type BucketSources = (url: string, options: StoreOptions) => Promise<Source[]>;

/** What reads a scheme's URLs; loaded when an input has it. */
const BUCKETS: Readonly<Record<string, () => Promise<BucketSources>>> = {
  s3: async () => (await import('../store/s3/sources.ts')).s3Sources,
  gs: loadGcs,
  // As the vendor's page writes it.
  gcs: loadGcs,
};

async function loadGcs(): Promise<BucketSources> {
  return (await import('../store/gcs/sources.ts')).gcsSources;
}

/**
 * The sources that inputs name, in the order given; what a pattern matches is sorted by name. Every
 * file is checked to be there and readable now, so that a run does not fail at the last of them.
 *
 * @param to where the run writes: an `endpoint` is one cloud's, and belongs to that one if it is a cloud
 */
export async function resolveInputs(
  inputs: readonly Input[],
  options: StoreOptions = {},
  to?: unknown,
): Promise<Source[]> {
  if (!Array.isArray(inputs)) {
    throw new ImportError('E_USAGE', `inputs: expected a list, got ${JSON.stringify(inputs)}`);
  }
  if (inputs.length === 0) {
    throw new ImportError('E_USAGE', 'expected at least one input, got none', {
      hint: 'Name files, a pattern, or - for standard input.',
    });
  }
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new ImportError('E_USAGE', 'expected - (standard input) once, got it twice');
  }
  const limit = pLimit(AT_ONCE);
  const found = (input: Input): Promise<Found[]> => {
    if (typeof input !== 'string') return Promise.resolve([streamOf(input)]);
    if (input === '-') return Promise.resolve([{ sources: [stdinSource()] }]);
    if (Object.hasOwn(BUCKETS, schemeOf(input))) {
      return limit(() => objectsOf(input, reaching(input, options, to)));
    }
    return limit(() => pathsOf(input)).then((paths) =>
      inOrder(paths.map((path) => limit(() => fileOf(path)))),
    );
  };
  const seen = new Map<string, string>();
  const all = (await inOrder(inputs.map(found))).flat();
  return all.flatMap((each) => {
    checkOnce(each, seen);
    return each.sources;
  });
}

/** An input, and the sources that it is. */
interface Found {
  sources: Source[];
  /** What it really is, and its name; two inputs must not be the same. */
  identity?: { of: string; name: string };
}

/** Files and buckets that are looked at at the same time: of thousands, one by one, each takes some round trips. */
const AT_ONCE = 16;

/** What promises give, or what the first of them that fails in this order says. */
async function inOrder<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  return (await Promise.allSettled(promises)).map((settled) => {
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  });
}

/** The files on this machine that an input names or matches; none where it is something else, or wrong. */
export async function localFiles(input: string): Promise<string[]> {
  if (Object.hasOwn(BUCKETS, schemeOf(input))) return [];
  return pathsOf(input).catch(() => []);
}

function stdinSource(): Source {
  const file = statOfStdin(); // where it is closed, reading it says so
  return new StreamSource('stdin', file?.isFile() ? file.size : undefined, (signal) =>
    readStdin(file, 'stdin', signal),
  );
}

function streamOf({ name, stream }: Exclude<Input, string>): Found {
  const read = (signal: AbortSignal): AsyncIterable<Uint8Array> => readStream(stream, name, signal);
  return { sources: [new StreamSource(name, undefined, read)] };
}

async function objectsOf(url: string, options: StoreOptions): Promise<Found[]> {
  const open = await BUCKETS[schemeOf(url)]?.();
  const sources = (await open?.(url, options)) ?? [];
  return sources.map((source) => ({
    sources: [source],
    identity: { of: source.name, name: source.name },
  }));
}

/** A file, or the members of an archive. */
async function fileOf(path: string): Promise<Found> {
  let found: Stats;
  try {
    found = await stat(path);
    if (found.isDirectory()) throw directoryError(path);
    await access(path, constants.R_OK);
  } catch (error) {
    throw error instanceof ImportError ? error : inputError(error, path);
  }
  const read = (signal: AbortSignal): AsyncIterable<Uint8Array> => readPath(path, path, signal);
  if (!found.isFile()) return { sources: [new StreamSource(path, undefined, read)] };
  const sources = (await isZip(path))
    ? await zipSources(path)
    : [new FileSource(path, found.size, read)];
  return { sources, identity: { of: `${found.dev}:${found.ino}`, name: path } };
}

/** `today.ndjson *.ndjson` would import today's events twice, each a duplicate for the vendor. */
function checkOnce({ identity }: Found, seen: Map<string, string>): void {
  if (identity === undefined) return;
  const { of, name } = identity;
  const before = seen.get(of);
  if (before !== undefined) {
    throw new ImportError(
      'E_USAGE',
      `expected every input once, got ${before === name ? `${name} twice` : `${before} and ${name}, which are the same file`}`,
      { hint: 'Its events would be imported twice. Leave one of them out.' },
    );
  }
  seen.set(of, name);
}

function reaching(input: string, options: StoreOptions, to: unknown): StoreOptions {
  const target = typeof to === 'string' ? cloudOf(to) : '';
  if (!Object.hasOwn(BUCKETS, target) || target === cloudOf(input)) return options;
  const { endpoint: _, ...others } = options;
  return others;
}

function cloudOf(url: string): string {
  const scheme = schemeOf(url);
  return scheme === 'gcs' ? 'gs' : scheme;
}

/** In lower case; empty for a path. */
function schemeOf(input: string): string {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(input)?.[1]?.toLowerCase() ?? '';
}

/** A name that exists is that file, whatever characters it has; else it may be a pattern. */
async function pathsOf(input: string): Promise<string[]> {
  const scheme = schemeOf(input);
  if (scheme !== '') return [pathOfUrl(input, scheme)];
  if (input === '')
    throw new ImportError('E_INPUT_NOT_FOUND', 'expected the name of a file, got an empty one');
  try {
    await stat(input);
    return [input];
  } catch (error) {
    const { isDynamicPattern } = await import('tinyglobby');
    if (!isDynamicPattern(input)) throw inputError(error, input);
  }
  const { glob } = await import('tinyglobby');
  const pattern = process.platform === 'win32' ? input.replaceAll('\\', '/') : input;
  const paths = await glob(pattern, {
    absolute: isAbsolute(input),
    expandDirectories: false,
    onlyFiles: true,
  });
  if (paths.length === 0) {
    throw new ImportError('E_INPUT_NOT_FOUND', `${input}: no file matches this pattern`, {
      hint: `Patterns are looked up from ${process.cwd()}.`,
      position: { source: input },
    });
  }
  // By code units: the same on every machine, whatever its locale.
  return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const FETCH: Record<string, string> = {
  http: 'curl -fsS URL',
  https: 'curl -fsS URL',
};

function pathOfUrl(input: string, scheme: string): string {
  if (scheme === 'file') {
    try {
      return fileURLToPath(input);
    } catch (error) {
      throw new ImportError(
        'E_INPUT_NOT_FOUND',
        `${input}: expected a file: URL, got one that names no file here`,
        {
          cause: error,
        },
      );
    }
  }
  const command = Object.hasOwn(FETCH, scheme) ? FETCH[scheme] : undefined;
  const shown = shownUrl(input);
  const fetch = shown === input ? command?.replace('URL', () => shellWord(input)) : command;
  throw new ImportError(
    'E_UNSUPPORTED',
    `${shown}: inputs are read from files, standard input and buckets, not from ${scheme}://`,
    {
      hint:
        fetch === undefined
          ? 'Fetch it first.'
          : `Read it through a pipe: ${fetch} | hackle-import - …`,
    },
  );
}
