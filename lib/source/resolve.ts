import { type BigIntStats, constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { ImportError } from '../errors.ts';
import { locationText } from '../options/location.ts';
import type { Input } from '../options/options.ts';
import type { Cloud } from '../store/cloud.ts';
import { cloudByScheme } from '../store/clouds.ts';
import type { StoreOptions } from '../store/options.ts';
import { type NamedStream, nameStreams } from './byte-stream.ts';
import { type CommandInput, CommandSource, isCommandInput } from './command.ts';
import { FileSource } from './file-source.ts';
import { inputsFrom } from './files-from.ts';
import { directoryError, inputError } from './input-error.ts';
import { type FileOptions, InputFile } from './input-file.ts';
import { pathsOf, schemeOf } from './paths.ts';
import { readPath, readStdin, readStream } from './read.ts';
import { readStdinFile } from './read-file.ts';
import { readHead } from './read-head.ts';
import { detectFormat, HEAD_SIZE } from './signatures.ts';
import type { Source } from './source.ts';
import { statOfStdin } from './stdin.ts';
import { StreamSource } from './stream-source.ts';
import { zipSources } from './zip/sources.ts';

/**
 * Returns the sources that inputs name, in the order given; the matches of a pattern are sorted by name. Every
 * file is checked to exist and to be readable now, so that a run does not fail at the last of them.
 *
 * @param onFile called with the size of each file on this machine as soon as it is found
 */
export async function resolveInputs(
  given: readonly Input[],
  options: StoreOptions = {},
  { filesFrom, ...files }: FileOptions & { filesFrom?: string } = {},
  onFile: (bytes: number) => void = () => {},
): Promise<Source[]> {
  const inputs = filesFrom === undefined ? given : [...given, ...(await inputsFrom(filesFrom))];
  if (inputs.length === 0) {
    throw new ImportError('E_USAGE', 'expected at least one input, got none', {
      hint: 'Name files, a pattern, or - for standard input.',
    });
  }
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new ImportError('E_USAGE', 'expected - (standard input) once, got it twice');
  }
  const limit = pLimit(PARALLEL_LOOKUPS);
  const found = async (input: string | NamedStream | CommandInput): Promise<Found[]> => {
    if (isCommandInput(input)) return [{ sources: [new CommandSource(input)] }];
    if (typeof input !== 'string') return [streamOf(input)];
    if (input === '-') return [{ sources: [stdinSource(files)] }];
    const cloud = cloudByScheme(schemeOf(input));
    if (cloud !== undefined) return limit(() => objectsOf(cloud, input, options));
    return limit(() => pathsOf(input)).then((paths) =>
      inOrder(paths.map((path) => limit(() => fileOf(path, files, onFile)))),
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

function stdinSource(files: FileOptions): Source {
  const found = statOfStdin(); // if it is closed, reading it reports that
  if (!found?.isFile())
    return new StreamSource('stdin', undefined, (signal) => readStdin(found, 'stdin', signal));
  const file = InputFile.ofStdin('stdin', found, files);
  return new StreamSource('stdin', file.size, (signal) => readStdinFile(file, signal), file);
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
async function fileOf(
  path: string,
  options: FileOptions,
  onFile: (bytes: number) => void,
): Promise<Found> {
  let found: BigIntStats;
  try {
    found = await stat(path, { bigint: true });
    if (found.isDirectory()) throw directoryError(path);
    // A file is opened below.
    if (!found.isFile()) await access(path, constants.R_OK);
  } catch (error) {
    throw error instanceof ImportError ? error : inputError(error, path);
  }
  if (!found.isFile()) {
    const source = new StreamSource(path, undefined, (signal) => readPath(path, path, signal));
    return { sources: [source] };
  }
  const file = InputFile.at(path, found, options);
  onFile(file.size);
  const format = detectFormat(await readHead(path, HEAD_SIZE));
  const sources = format === 'zip' ? await zipSources(file) : [new FileSource(file, format)];
  return { sources, identity: { of: file.identity, name: path } };
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
