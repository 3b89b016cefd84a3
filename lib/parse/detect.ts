import { ImportError } from '../errors.ts';
import type { Path } from '../mapping/path.ts';
import { peekedBytes, peekStream, wholeStream } from '../source/peeked-stream.ts';
import type { PlainFile } from '../source/plain-file.ts';
import { shellWord } from '../source/shell-word.ts';
import { FORMATS, type TextFormat } from './formats.ts';

/** Bytes at the beginning of a text by which its format is detected. */
const HEAD_SIZE = 64 << 10;
const COMPRESSION = /\.(gz|gzip|zst|zstd|br)$/i;

/** A text and its format. */
export interface DetectedText {
  format: TextFormat;
  /** The whole text, including the bytes that detection has read. */
  chunks: AsyncIterable<Uint8Array>;
}

/** The input format that the user requested. */
export interface RequestedFormat {
  /** Undefined: detected for each input. */
  format: TextFormat | undefined;
  /** Path of the events in a JSON document. Undefined: the document itself. */
  path: Path | undefined;
}

/** Returns a text with the requested format, or with the one that is detected. */
export async function formattedText(
  name: string,
  input: AsyncIterable<Uint8Array>,
  { format, path }: RequestedFormat,
): Promise<DetectedText> {
  if (format !== undefined) return { format, chunks: input };
  const detected = await detectText(name, input);
  return { ...detected, format: withPath(detected.format, path) };
}

/** Returns the requested format of a plain file, or the one that is detected. */
export async function fileFormat(
  name: string,
  file: PlainFile,
  { format, path }: RequestedFormat,
): Promise<TextFormat> {
  if (format !== undefined) return format;
  const head = await file.head(HEAD_SIZE + 1);
  const isWhole = head.length <= HEAD_SIZE;
  return withPath(await textFormat(head.subarray(0, HEAD_SIZE), { name, isWhole }), path);
}

/** With a path, each line of NDJSON is a JSON document that has its events at the path. */
function withPath(format: TextFormat, path: Path | undefined): TextFormat {
  return path !== undefined && format === 'ndjson' ? 'json' : format;
}

/**
 * Detects the format of a text by its first 64 KiB. Where these fit several formats, the file's name decides.
 *
 * @throws ImportError E_INPUT_FORMAT for UTF-16
 */
export async function detectText(
  name: string,
  input: AsyncIterable<Uint8Array>,
): Promise<DetectedText> {
  const peeked = await peekStream(input, HEAD_SIZE);
  try {
    const bytes = peekedBytes(peeked);
    const isWhole = peeked.isWhole && bytes.length <= HEAD_SIZE;
    const format = await textFormat(bytes.subarray(0, HEAD_SIZE), { name, isWhole });
    return { format, chunks: wholeStream(peeked) };
  } catch (error) {
    await peeked.rest.return?.();
    throw error;
  }
}

/**
 * Returns the format of a text that begins with `head`. Where the bytes fit several formats, the file's name decides.
 *
 * @throws ImportError E_INPUT_FORMAT for UTF-16
 */
export async function textFormat(
  head: Uint8Array,
  { name, isWhole }: { name: string; isWhole: boolean },
): Promise<TextFormat> {
  checkEncoding(head, name);
  const text = Buffer.from(head)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  const file = name.replace(COMPRESSION, '');
  const byName = FORMATS.find(({ ending }) => ending.test(file))?.name;
  for (const format of FORMATS) {
    if (await format.detect({ text, isWhole, byName })) return format.name;
  }
  return 'ndjson';
}

/** Rejects UTF-16 without a byte order mark: every second byte of ASCII text is 0. */
function checkEncoding(head: Uint8Array, name: string): void {
  const [a, b, c, d] = head;
  const isLittle = b === 0 && d === 0 && a !== 0 && c !== 0;
  const isBig = a === 0 && c === 0 && b !== 0 && d !== 0;
  if (head.length < 4 || !(isLittle || isBig)) return;
  throw new ImportError('E_INPUT_FORMAT', `${name}: expected text in UTF-8, got UTF-16`, {
    hint: `Convert it: iconv -f UTF-16${isLittle ? 'LE' : 'BE'} -t UTF-8 ${shellWord(name)} | hackle-import - …`,
    position: { source: name, line: 1, offset: 0 },
  });
}
