import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { BACKSLASH, COLON, LINE_FEED, QUOTE, SPACE } from '../../ascii.ts';
import { ImportError } from '../../errors.ts';
import { formatPath, type Path } from '../../mapping/path.ts';

/** Outside strings, stream-json gets the text up to one of these, so that it never waits for the end of a token. */
const STRUCTURE = new Set(Buffer.from('{}[]:,'));
/** Length of the longest token that stream-json does not pass on in parts. */
const LONGEST_TOKEN = 32;
/** Number of names that the message shows if there is nothing at the path. */
const MOST_NAMES = 10;

/** A position in the source. */
interface Place {
  /** From 1. */
  line: number;
  /** In bytes. */
  offset: number;
}

/**
 * Finds the values at a path in JSON documents that follow each other. stream-json reads everything around the values
 * in constant memory; the caller reads the values themselves, and then calls `skipValue`.
 */
export class PathFinder {
  /** Number of values found at the path. */
  found = 0;
  readonly #source: string;
  readonly #path: Path;
  readonly #parse = jsonParser({
    jsonStreaming: true,
    packStrings: false,
    packNumbers: false,
    streamKeys: false,
  });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** For each open container, from the outermost inward: the last name in an object, undefined for an array. */
  readonly #open: (string | undefined)[] = [];
  /** Names at the top level of the documents, for the message. */
  readonly #names = new Set<string>();
  #inString = false;
  #escaped = false;
  /** Whether the next value is at the path. */
  #isNext = false;

  constructor(source: string, path: Path) {
    this.#source = source;
    this.#path = path;
  }

  /** Number of open containers. */
  get depth(): number {
    return this.#open.length;
  }

  /**
   * Reads a chunk from index `at`. Returns the index at which a value at the path begins, or the chunk's length.
   *
   * @param place position of the byte at `at`; on return, of the byte at the returned index
   */
  find(chunk: Uint8Array, at: number, place: Place): number {
    let from = at;
    for (let i = at; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#isNext && byte > 32) {
        // stream-json has everything before the value, except white space.
        place.offset += i - from;
        this.found++;
        return i;
      }
      if (byte === LINE_FEED) place.line++;
      if (this.#isInString(byte) || !STRUCTURE.has(byte)) continue;
      this.#feed(chunk.subarray(from, i + 1), place, byte === COLON);
      from = i + 1;
    }
    if (from < chunk.length) this.#feed(chunk.subarray(from), place, false);
    return chunk.length;
  }

  /** Continues after the value that was found, which the caller has read. */
  skipValue(): void {
    this.#isNext = false;
    this.#parse('""');
  }

  /** Makes stream-json report errors that it delays until the end of a token. */
  flush(place: Place): void {
    this.#feed(Buffer.alloc(LONGEST_TOKEN, SPACE), { ...place }, false);
  }

  /** Ends the source. @throws ImportError E_INPUT_FORMAT if no value was found */
  end(): void {
    if (this.found > 0) return;
    const names = [...this.#names].map((name) => JSON.stringify(name)).join(', ');
    throw new ImportError(
      'E_INPUT_FORMAT',
      `${this.#source}: expected events at ${formatPath(this.#path)}, got a document without that path`,
      {
        hint:
          names === ''
            ? 'The document has no objects.'
            : `The names at its top level are ${names}.`,
        position: { source: this.#source },
      },
    );
  }

  /** Whether a byte belongs to a string, quotes included. Must be called with every byte. */
  #isInString(byte: number): boolean {
    if (!this.#inString) {
      this.#inString = byte === QUOTE;
      return this.#inString;
    }
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
    return true;
  }

  /** @param isName whether the bytes end with the colon after a name */
  #feed(bytes: Uint8Array, place: Place, isName: boolean): void {
    try {
      const tokens = this.#parse(this.#decoder.decode(bytes, { stream: true }));
      if (typeof tokens === 'object' && 'values' in tokens) {
        for (const token of tokens.values) this.#follow(token);
      }
    } catch (cause) {
      throw this.#malformed(place, cause as Error);
    }
    place.offset += bytes.length;
    if (isName) this.#isNext = this.#isAtPath();
  }

  /** Keeps track of the open containers. */
  #follow(token: Token): void {
    if (token.name === 'startObject') this.#open.push('');
    else if (token.name === 'startArray') this.#open.push(undefined);
    else if (token.name === 'endObject' || token.name === 'endArray') this.#open.pop();
    else if (token.name === 'keyValue') {
      this.#open[this.#open.length - 1] = token.value;
      if (this.#names.size < MOST_NAMES && this.#objects().length === 1) {
        this.#names.add(token.value);
      }
    }
  }

  /** Returns the last names in the open objects, from the outermost inward. Arrays between them do not count. */
  #objects(): string[] {
    return this.#open.filter((name) => name !== undefined);
  }

  #isAtPath(): boolean {
    if (this.#open.length < this.#path.length) return false;
    const names = this.#objects();
    return names.length === this.#path.length && names.every((name, i) => name === this.#path[i]);
  }

  #malformed({ line, offset }: Place, cause: Error): ImportError {
    const why = cause.message.startsWith('Parser')
      ? cause.message.replace(/^Parser (cannot parse input: )?/, '')
      : 'the text is not UTF-8';
    return new ImportError(
      'E_INPUT_FORMAT',
      `${this.#source}, near line ${line}, byte ${offset}: the JSON document is malformed: ${why}`,
      { position: { source: this.#source, line, offset }, cause },
    );
  }
}
