// JSON.parse names the position of an error only in some of its messages, and differently in each version of Node. It
// accepts a repeated name, which in a mapping is a mistake: the first of the two values would be lost silently.

/** The first error of a JSON text. Line and column count from 1. */
export interface JsonProblem {
  line: number;
  column: number;
  message: string;
}

/** Returns the first error of a JSON text, which may be a name that an object has twice; undefined if it has none. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Checker(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    const before = text.slice(0, error.offset).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { line: before.length, column, message: error.message };
  }
}

class CheckError extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Bounds the recursion. No mapping is nested as deeply. */
const MAX_DEPTH = 100;

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// Any character from the space up, except the quote and the backslash.
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

/** Checks a JSON text by recursive descent. @throws CheckError */
class Checker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value(0);
    this.#match(SPACE);
    if (this.#at < this.#text.length) this.#fail('the end of the text');
  }

  #value(depth: number): void {
    this.#match(SPACE);
    if (depth > MAX_DEPTH) throw new CheckError(this.#at, `nested deeper than ${MAX_DEPTH} levels`);
    if (this.#accept('{')) this.#members(depth);
    else if (this.#accept('[')) this.#elements(depth);
    else if (this.#text[this.#at] === '"') this.#string();
    else if (!this.#match(SCALAR)) this.#fail('a value');
  }

  #members(depth: number): void {
    const names = new Set<string>();
    this.#match(SPACE);
    if (this.#accept('}')) return;
    do {
      this.#match(SPACE);
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail('a name in double quotes');
      const name = this.#string();
      if (names.has(name)) {
        throw new CheckError(start, `this object has the name ${JSON.stringify(name)} twice`);
      }
      names.add(name);
      this.#match(SPACE);
      if (!this.#accept(':')) this.#fail('":"');
      this.#value(depth + 1);
      this.#match(SPACE);
    } while (this.#accept(','));
    if (!this.#accept('}')) this.#fail('"," or "}"');
  }

  #elements(depth: number): void {
    this.#match(SPACE);
    if (this.#accept(']')) return;
    do {
      this.#value(depth + 1);
      this.#match(SPACE);
    } while (this.#accept(','));
    if (!this.#accept(']')) this.#fail('"," or "]"');
  }

  #string(): string {
    const text = this.#match(STRING);
    if (text === '') {
      throw new CheckError(
        this.#at,
        'this string has no closing quote, an invalid escape or a line end inside',
      );
    }
    return JSON.parse(text) as string;
  }

  /** Consumes a character if it is the next one; returns whether it was. */
  #accept(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  /** Consumes what the pattern matches here; returns it, or '' if there is no match. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  #fail(expected: string): never {
    const char = this.#text.codePointAt(this.#at);
    const got =
      char === undefined ? 'the end of the text' : JSON.stringify(String.fromCodePoint(char));
    throw new CheckError(this.#at, `expected ${expected}, got ${got}`);
  }
}
