import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { ImportError } from '../../errors.ts';
import { formatPath, type Path } from '../../mapping/path.ts';

const LINE_FEED = 10;
const QUOTE = 34;
const BACKSLASH = 92;
/** Outside strings stream-json is fed up to one of these, so that it never waits for the end of a token. */
const STRUCTURE = new Set(Buffer.from('{}[]:,'));
const COLON = 58;
const SPACE = 32;
/** Of those that stream-json takes whole. */
const LONGEST_TOKEN = 32;
/** Names shown where the path leads nowhere. */
const MOST_NAMES = 10;

/** Where bytes stand in their source. */
interface Place {
  /** From 1. */
  line: number;
  offset: number;
}

/**
 * Follows JSON documents, one behind the other, to the values at a path. Everything around these goes
 * through stream-json in constant memory; the values themselves are somebody else's.
 */
export class PathFinder {
  /** How often the path led to a value. */
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
  /** One for each open container: of an object the last name seen, of an array undefined. */
  readonly #open: (string | undefined)[] = [];
  readonly #names = new Set<string>();
  #inString = false;
  #escaped = false;
  /** The value that comes next is at the path. */
  #isNext = false;

  constructor(source: string, path: Path) {
    this.#source = source;
    this.#path = path;
  }

  /** Containers that are open. */
  get depth(): number {
    return this.#open.length;
  }

  /**
   * Reads a chunk from `at` on. Returns where a value at the path begins, or the chunk's length. `place`
   * is that of the byte at `at`, and is moved along.
   */
  find(chunk: Uint8Array, at: number, place: Place): number {
    let from = at;
    for (let i = at; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#isNext && byte > 32) {
        // Everything before the value has been fed, but for white space.
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

  /** The value that was found has been read elsewhere. */
  pass(): void {
    this.#isNext = false;
    this.#parse('""');
  }

  /** Lets stream-json see what it had put off: it waits for the end of a token before it complains. */
  flush(place: Place): void {
    this.#feed(Buffer.alloc(LONGEST_TOKEN, SPACE), { ...place }, false);
  }

  /** @throws ImportError E_INPUT_FORMAT where there was nothing at the path */
  end(): void {
    if (this.found > 0) return;
    const names = [...this.#names].map((name) => JSON.stringify(name)).join(', ');
    throw new ImportError(
      'E_INPUT_FORMAT',
      `${this.#source}: expected events at ${formatPath(this.#path)}, got a document without that path`,
      {
        hint: names === '' ? 'It has no objects at all.' : `Its outermost names are ${names}.`,
        position: { source: this.#source },
      },
    );
  }

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

  #feed(bytes: Uint8Array, place: Place, isName: boolean): void {
    try {
      const tokens = this.#parse(this.#decoder.decode(bytes, { stream: true }));
      if (typeof tokens === 'object' && 'values' in tokens) {
        for (const token of tokens.values) this.#take(token);
      }
    } catch (cause) {
      throw this.#broken(place, cause as Error);
    }
    place.offset += bytes.length;
    if (isName) this.#isNext = this.#isAtPath();
  }

  #take(token: Token): void {
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

  /** Names from the outermost object inward; arrays on the way are walked through. */
  #objects(): string[] {
    return this.#open.filter((name) => name !== undefined);
  }

  #isAtPath(): boolean {
    if (this.#open.length < this.#path.length) return false;
    const names = this.#objects();
    return names.length === this.#path.length && names.every((name, i) => name === this.#path[i]);
  }

  #broken({ line, offset }: Place, cause: Error): ImportError {
    const why = cause.message.startsWith('Parser')
      ? cause.message.replace(/^Parser (cannot parse input: )?/, '')
      : 'the text is not UTF-8';
    return new ImportError(
      'E_INPUT_FORMAT',
      `${this.#source}, near line ${line}, byte ${offset}: the JSON document is broken: ${why}`,
      { position: { source: this.#source, line, offset }, cause },
    );
  }
}
