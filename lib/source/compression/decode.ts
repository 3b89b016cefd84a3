import { ImportError } from '../../errors.ts';
import { peekedBytes, peekStream, wholeStream } from '../peeked-stream.ts';
import { shellWord } from '../shell-word.ts';
import {
  detectFormat,
  type ForeignFormat,
  HEAD_SIZE,
  isBrotliName,
  isCompressedFormat,
} from '../signatures.ts';

/**
 * Turns the stored bytes of an input into text: decompresses them if they are compressed, and refuses formats that
 * cannot be events.
 *
 * @param size number of stored bytes, if known
 */
export async function* decode(
  name: string,
  stored: AsyncIterable<Uint8Array>,
  size?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (isBrotliName(name)) {
    yield* decompressed(name, 'brotli', stored, size);
    return;
  }
  yield* withHead(stored, (head, input) => {
    const format = detectFormat(head);
    return isCompressedFormat(format)
      ? decompressed(name, format, input, size)
      : text(name, head, input);
  });
}

/** Decompresses an input, and checks that what comes out is text. */
async function* decompressed(
  name: string,
  codec: keyof typeof DECOMPRESSORS,
  stored: AsyncIterable<Uint8Array>,
  size: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decompress = await DECOMPRESSORS[codec]();
  yield* onlyText(name, codec, decompress(name, stored, size));
}

/** Loaded when an input needs them: most runs have inputs of one kind. */
const DECOMPRESSORS = {
  gzip: async () => (await import('./gzip.ts')).gunzip,
  zstd: async () => (await import('./zstd.ts')).unzstd,
  brotli: async () => (await import('./brotli.ts')).unbrotli,
};

/** Checks that decompressed bytes are text: a compressed tar archive, for instance, has no events. */
function onlyText(
  name: string,
  inside: string,
  input: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  return withHead(input, (head, again) => text(name, head, again, inside));
}

/** Returns the input if it is text. @throws ImportError E_INPUT_FORMAT */
function text(
  name: string,
  head: Uint8Array,
  input: AsyncIterable<Uint8Array>,
  inside?: string,
): AsyncIterable<Uint8Array> {
  const format = detectFormat(head);
  if (format === 'text') return input;
  if (format === 'zip') throw zipInside(name);
  const what =
    typeof format === 'string' ? `${inside} data that was compressed once more` : format.what;
  const todo =
    typeof format === 'string'
      ? `Decompress it once: ${inside} -dc ${shellWord(name)} | hackle-import - …`
      : todoWith(format, name, inside);
  const where = inside === undefined || typeof format === 'string' ? '' : ` inside ${inside}`;
  throw new ImportError(
    'E_INPUT_FORMAT',
    `${name}: expected text in UTF-8, plain or as gzip, zstd, Brotli (.br) or in a ZIP archive, but got ${what}${where}`,
    { hint: todo, position: { source: name } },
  );
}

/** Returns what to do with a file of a foreign format; if it is inside another format, first how to extract it. */
function todoWith({ what, todo }: ForeignFormat, name: string, inside: string | undefined): string {
  // tar detects compression by itself.
  if (inside !== undefined && what !== 'a tar archive') {
    return `Decompress it first: ${inside} -dc ${shellWord(name)} > FILE. ${todo}`;
  }
  return todo
    .replaceAll("'FILE'", () => `'${name.replaceAll("'", "''")}'`)
    .replaceAll('FILE', () => shellWord(name));
}

/** Returns the error for a ZIP archive inside other data; by itself an archive is read as one input a member. */
function zipInside(name: string): ImportError {
  return new ImportError(
    'E_INPUT_FORMAT',
    `${name}: expected a file of events, got a ZIP archive inside other compressed data`,
    { hint: 'Unpack it once, and pass the archive itself.', position: { source: name } },
  );
}

/** Reads the first bytes, however they are chunked, and yields what `choose` returns for them and the input. */
export async function* withHead<T>(
  input: AsyncIterable<Uint8Array>,
  choose: (head: Uint8Array, input: AsyncIterable<Uint8Array>) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const begun = await peekStream(input, HEAD_SIZE);
  try {
    yield* choose(peekedBytes(begun).subarray(0, HEAD_SIZE), wholeStream(begun));
  } finally {
    await begun.rest.return?.();
  }
}
