import { ImportError } from '../errors.ts';
import type { Path } from '../mapping/path.ts';
import { peekedBytes, peekStream, wholeStream } from '../source/peeked-stream.ts';
import type { PlainFile } from '../source/plain-file.ts';
import { shellWord } from '../source/shell-word.ts';

/**
 * How events stand in a text: an object a line; a JSON document (an array, objects one behind the
 * other, an object around them); cells between commas or tabs.
 */
export type TextFormat = 'ndjson' | 'json' | 'csv' | 'tsv';

/** Bytes that tell the format. */
const HEAD_SIZE = 64 << 10;
const BY_NAME: readonly [RegExp, TextFormat][] = [
  [/\.(ndjson|jsonl|jsonlines|ldjson)$/i, 'ndjson'],
  [/\.json$/i, 'json'],
  [/\.csv$/i, 'csv'],
  [/\.(tsv|tab)$/i, 'tsv'],
];
const COMPRESSION = /\.(gz|gzip|zst|zstd|br)$/i;
/** A line that opens an object, or one that it has as its first member, and no more. */
const OPENING_LINE = /^\{\s*("(?:[^"\\]|\\.)*"\s*:\s*[[{]\s*)?$/;
const HEADER_CELL = /^("?)[\p{L}_$][\p{L}\p{N}_ .$:/()-]*\1$/u;

/** A source's text with its format. */
export interface DetectedText {
  format: TextFormat;
  /** All of it, its head included. */
  chunks: AsyncIterable<Uint8Array>;
}

/** What a user said of the inputs' format. */
export interface RequestedFormat {
  /** Default: each input is looked at. */
  format: TextFormat | undefined;
  /** JSON: where the events are in a document. */
  path: Path | undefined;
}

/** A text in the format that was asked for, or else found. */
export async function formattedText(
  name: string,
  input: AsyncIterable<Uint8Array>,
  { format, path }: RequestedFormat,
): Promise<DetectedText> {
  if (format !== undefined) return { format, chunks: input };
  const detected = await detectText(name, input);
  return { ...detected, format: withPath(detected.format, path) };
}

/** The same of a file that may be read at any place. */
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

/** Lines may be documents too: each has its events at the path. */
function withPath(format: TextFormat, path: Path | undefined): TextFormat {
  return path !== undefined && format === 'ndjson' ? 'json' : format;
}

/** Looks at the first bytes of a text; `name` is asked where these could mean several things. */
export async function detectText(
  name: string,
  input: AsyncIterable<Uint8Array>,
): Promise<DetectedText> {
  const begun = await peekStream(input, HEAD_SIZE);
  try {
    const bytes = peekedBytes(begun);
    const isWhole = begun.isWhole && bytes.length <= HEAD_SIZE;
    const format = await textFormat(bytes.subarray(0, HEAD_SIZE), { name, isWhole });
    return { format, chunks: wholeStream(begun) };
  } catch (error) {
    await begun.rest.return?.();
    throw error;
  }
}

/**
 * The format of a text that begins with `head`. Bytes decide; the name does where they leave it open.
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
  const byName = BY_NAME.find(([pattern]) => pattern.test(file))?.[1];
  if (byName === 'csv' || byName === 'tsv') return byName;
  if (text.startsWith('[')) return 'json';
  if (text.startsWith('{')) return (await isDocument(text, isWhole, byName)) ? 'json' : 'ndjson';
  return byName ?? tableFormat(text) ?? 'ndjson';
}

/** Of a text that begins with `{`: whether it is more than an object a line. */
async function isDocument(
  text: string,
  isWhole: boolean,
  byName: TextFormat | undefined,
): Promise<boolean> {
  const firstEnd = text.indexOf('\n');
  const first = firstEnd < 0 ? text : text.slice(0, firstEnd);
  const behind = behindObject(first);
  if (behind !== undefined) return behind.trimStart().startsWith('{');
  const lines = text.split('\n');
  if (lines.length === 1) return byName === 'json';
  // The first object goes on behind its line, or is broken.
  const whole = isWhole ? lines : lines.slice(0, -1);
  if (await isBeginningOfJson(text, isWhole)) return true;
  if (whole.some((line) => behindObject(line.trim())?.trim() === '')) return false;
  return byName === 'json' || OPENING_LINE.test(first.trim());
}

/** What stands behind the object that a line begins with; undefined where that does not end in the line. */
function behindObject(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  let depth = 0;
  for (const { 0: token, index } of line.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth === 0) return line.slice(index + 1);
  }
  return undefined;
}

/** Whether a text is JSON values, the last of which may be cut off unless it is whole. */
async function isBeginningOfJson(text: string, isWhole: boolean): Promise<boolean> {
  const { jsonParser } = await import('stream-json/core/parser.js');
  try {
    const parse = jsonParser({ jsonStreaming: true });
    let open = 0;
    // What is cut off in the middle of a character or token is left out: stream-json would wait for it.
    const tokens = parse(isWhole ? text : text.slice(0, text.lastIndexOf('\n')));
    if (typeof tokens === 'object' && 'values' in tokens) {
      for (const { name } of tokens.values) {
        if (name === 'startObject' || name === 'startArray') open++;
        else if (name === 'endObject' || name === 'endArray') open--;
      }
    }
    return !isWhole || open === 0;
  } catch {
    return false;
  }
}

/** A text whose first line looks like names of columns. */
function tableFormat(text: string): TextFormat | undefined {
  const first = text.slice(0, text.search(/\r?\n|$/));
  const delimiter = ['\t', ',', ';', '|'].find((each) => first.includes(each));
  if (delimiter === undefined) return undefined;
  const isHeader = first.split(delimiter).every((cell) => HEADER_CELL.test(cell.trim()));
  return isHeader ? (delimiter === '\t' ? 'tsv' : 'csv') : undefined;
}

/** UTF-16 without a byte order mark, in which every other byte of ASCII is 0. */
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
