import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { ImportError } from '../errors.ts';
import { locationText } from '../options/location.ts';
import type { Input } from '../options/options.ts';
import type { Cloud } from '../store/cloud.ts';
import { cloudByScheme } from '../store/clouds.ts';
import type { StoreOptions } from '../store/options.ts';
import { type NamedStream, nameStreams } from './byte-stream.ts';
import { FileSource } from './file-source.ts';
import { directoryError, inputError } from './input-error.ts';
import { pathsOf, schemeOf } from './paths.ts';
import { readPath, readStdin, readStream } from './read.ts';
import type { Source } from './source.ts';
import { statOfStdin } from './stdin.ts';
import { StreamSource } from './stream-source.ts';
import { isZip, zipSources } from './zip/sources.ts';

/**
 * Returns the sources that inputs name, in the order given; the matches of a pattern are sorted by name. Every
 * file is checked to exist and to be readable now, so that a run does not fail at the last of them.
 */
export async function resolveInputs(
  inputs: readonly Input[],
  options: StoreOptions = {},
): Promise<Source[]> {
  if (inputs.length === 0) {
    throw new ImportError('E_USAGE', 'expected at least one input, got none', {
      hint: 'Name files, a pattern, or - for standard input.',
    });
  }
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new ImportError('E_USAGE', 'expected - (standard input) once, got it twice');
  }
  const limit = pLimit(PARALLEL_LOOKUPS);
  const found = (input: string | NamedStream): Promise<Found[]> => {
    if (typeof input !== 'string') return Promise.resolve([streamOf(input)]);
    if (input === '-') return Promise.resolve([{ sources: [stdinSource()] }]);
    const cloud = cloudByScheme(schemeOf(input));
    if (cloud !== undefined) return limit(() => objectsOf(cloud, input, options));
    return limit(() => pathsOf(input)).then((paths) =>
      inOrder(paths.map((path) => limit(() => fileOf(path)))),
    );
  };
  const seen = new Map<string, string>();
  const named = nameStreams(inputs).map((input) =>
    input instanceof URL ? locationText(input) : input,
  );
  const all = (await inOrder(named.map(found))).flat();
  return all.flatMap((each) => {
    checkOnce(each, seen);
    return each.sources;
  });
}

/** The sources that an input turned out to be. */
interface Found {
  sources: Source[];
  /** The file or object itself, and its name; two inputs with the same one are an error. */
  identity?: { of: string; name: string };
}

/** Inputs that are looked up at the same time: each takes some round trips, and there may be thousands. */
const PARALLEL_LOOKUPS = 16;

/** Resolves with the results of all promises; rejects with the error of the first in this order that fails. */
async function inOrder<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  return (await Promise.allSettled(promises)).map((settled) => {
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  });
}

/** Returns the files on this machine that an input names or matches; none where it is something else, or wrong. */
export async function localFiles(input: string): Promise<string[]> {
  if (cloudByScheme(schemeOf(input)) !== undefined) return [];
  return pathsOf(input).catch(() => []);
}

function stdinSource(): Source {
  const file = statOfStdin(); // if it is closed, reading it reports that
  return new StreamSource('stdin', file?.isFile() ? file.size : undefined, (signal) =>
    readStdin(file, 'stdin', signal),
  );
}

function streamOf({ name, stream }: NamedStream): Found {
  const read = (signal: AbortSignal): AsyncIterable<Uint8Array> => readStream(stream, name, signal);
  return { sources: [new StreamSource(name, undefined, read)] };
}

async function objectsOf(cloud: Cloud, url: string, options: StoreOptions): Promise<Found[]> {
  const sources = await cloud.openSources(url, options);
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

/** Refuses inputs such as `today.ndjson *.ndjson`: today's events would be imported twice. */
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
