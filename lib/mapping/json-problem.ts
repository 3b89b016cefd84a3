// JSON.parse says where an error is in some messages only, differently from one Node to the next, and
// keeps silent about a repeated name, which in a mapping is a mistake whose first half would be lost.

/** What is wrong with a JSON text; line and column count from 1. */
export interface JsonProblem {
  line: number;
  column: number;
  message: string;
}

/** Finds the first error of a JSON text, or the first name that an object has twice. */
export function findJsonProblem(text: string): JsonProblem | undefined {
  try {
    new Checker(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Found)) throw error;
    const before = text.slice(0, error.offset).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { line: before.length, column, message: error.message };
  }
}

class Found extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Deeper than any mapping; keeps the recursion bounded. */
const MAX_DEPTH = 100;

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// Any character from the space on, but the quote and the backslash.
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

class Checker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value(0);
    this.#take(SPACE);
    if (this.#at < this.#text.length) this.#fail('the end of the text');
  }

  #value(depth: number): void {
    this.#take(SPACE);
    if (depth > MAX_DEPTH) throw new Found(this.#at, `nested deeper than ${MAX_DEPTH} levels`);
    if (this.#skip('{')) this.#members(depth);
    else if (this.#skip('[')) this.#elements(depth);
    else if (this.#text[this.#at] === '"') this.#string();
    else if (!this.#take(SCALAR)) this.#fail('a value');
  }

  #members(depth: number): void {
    const names = new Set<string>();
    this.#take(SPACE);
    if (this.#skip('}')) return;
    do {
      this.#take(SPACE);
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail('a name in double quotes');
      const name = this.#string();
      if (names.has(name))
        throw new Found(start, `the name ${JSON.stringify(name)} stands here twice`);
      names.add(name);
      this.#take(SPACE);
      if (!this.#skip(':')) this.#fail('":"');
      this.#value(depth + 1);
      this.#take(SPACE);
    } while (this.#skip(','));
    if (!this.#skip('}')) this.#fail('"," or "}"');
  }

  #elements(depth: number): void {
    this.#take(SPACE);
    if (this.#skip(']')) return;
    do {
      this.#value(depth + 1);
      this.#take(SPACE);
    } while (this.#skip(','));
    if (!this.#skip(']')) this.#fail('"," or "]"');
  }

  #string(): string {
    const text = this.#take(STRING);
    if (text === '') {
      throw new Found(
        this.#at,
        'this text has no closing quote, a bad escape or a line end inside',
      );
    }
    return JSON.parse(text) as string;
  }

  #skip(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  #fail(expected: string): never {
    const char = this.#text.codePointAt(this.#at);
    const came =
      char === undefined ? 'the end of the text' : JSON.stringify(String.fromCodePoint(char));
    throw new Found(this.#at, `expected ${expected}, got ${came}`);
  }
}
