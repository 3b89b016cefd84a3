// Lines for the fuzz: much faster than fast-check, which a run of ten million lines needs.

/** Bytes that the grammar knows, and some control characters. */
const GRAMMAR = Buffer.from('"\\{}[],: \t\r0123456789-+.eEutrfnalsbd/\u0000\u001f');

/** What is put in whole: structure, escapes, literals, and bytes that are no UTF-8. */
const SNIPPETS: readonly Buffer[] = [
  ...[
    '"',
    '\\',
    '\\"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '{}',
    '[]',
    '},{',
    '],[',
    '":"',
    '","',
    ':{',
    ':[',
    '"a":',
    '{"a":1}',
    '\\u',
    '\\ud83d',
    '\\ude00',
    '\\u0000',
    '\\x',
    'null',
    'true',
    'false',
    'nul',
    'NaN',
    '-',
    '-0',
    '00',
    '1.',
    '.5',
    '1e',
    '1e+',
    '1E-5',
    '0x1',
    '\t',
    '\r',
    '\u00a0',
    '\ufeff',
    '\u2028',
    '한',
    '😀',
    '\u0000',
    '\u001f',
    '\u007f',
    '"event_key":"x",',
    '"ts":',
    '"identifiers":{',
    '                ',
  ].map((text) => Buffer.from(text)),
  ...[
    'ff',
    'fe',
    '80',
    'bf',
    'c0',
    'c080',
    'c1bf',
    'c2',
    'e0',
    'e08080',
    'e09fbf',
    'ed',
    'eda080',
    'edbfbf',
    'ef',
    'efbf',
    'f0',
    'f08080af',
    'f09f98',
    'f48fbfbf',
    'f4908080',
    'f5',
    'f8888080af',
  ].map((hex) => Buffer.from(hex, 'hex')),
];

/** Many containers opened or closed. */
const NESTING: readonly Buffer[] = ['[', ']', '{"a":', '}', '[{"":', '[['].map((text) =>
  Buffer.from(text.repeat(600)),
);

/** Damages lines of a corpus, millions of them, the same ones for the same seed. No line feed is ever put in. */
export class LineDamager {
  readonly #corpus: readonly Buffer[];
  readonly #out: Buffer;
  #state: number;

  constructor(seed: number, corpus: readonly Buffer[]) {
    this.#corpus = corpus;
    this.#state = seed | 0 || 0x9e3779b9;
    this.#out = Buffer.alloc(4 * Math.max(64, ...corpus.map((line) => line.length)) + 256);
  }

  /** A damaged line: a view that the next call overwrites. */
  next(): Buffer {
    const line = this.#pick(this.#corpus);
    const out = this.#out;
    let length = line.copy(out);
    for (let left = Math.max(1, this.#below(4)); left > 0; left--) length = this.#damage(length);
    const damaged = out.subarray(0, length);
    for (let at = damaged.indexOf(0x0a); at >= 0; at = damaged.indexOf(0x0a, at))
      damaged[at] = 0x20;
    return damaged;
  }

  #damage(length: number): number {
    const out = this.#out;
    if (length === 0) {
      out[0] = this.#byte();
      return 1;
    }
    const at = this.#below(length);
    const span = Math.min(length - at, 1 + this.#below(16));
    switch (this.#below(13)) {
      case 0:
      case 1:
        out[at] = (out[at] as number) ^ (1 << this.#below(8));
        return length;
      case 2:
      case 3:
        out[at] = this.#byte();
        return length;
      case 4:
        out.copyWithin(at, at + span, length);
        return length - span;
      case 5:
        out.copyWithin(at, at + 1, length);
        return length - 1;
      case 6:
        if (length + span > out.length) return length;
        out.copyWithin(at + span, at, length);
        return length + span;
      case 7:
        if (length + 1 > out.length) return length;
        out.copyWithin(at + 1, at, length);
        out[at] = this.#byte();
        return length + 1;
      case 8:
        // Cuts are rare: they make short lines, which all look alike.
        return this.#below(4) === 0 ? at : length;
      case 9:
        return this.#insert(length, at, this.#pick(SNIPPETS));
      case 10: {
        // A piece of another line.
        const other = this.#pick(this.#corpus);
        const from = this.#below(other.length);
        return this.#insert(length, at, other.subarray(from, from + 4 * span));
      }
      case 11:
        // Rare, because such lines are long.
        return this.#below(64) === 0
          ? this.#insert(length, at, this.#pick(NESTING).subarray(0, 490 + this.#below(60)))
          : length;
      default: {
        const from = this.#below(length);
        out.copyWithin(at, from, Math.min(from + span, length));
        return length;
      }
    }
  }

  /** Puts a piece in at `at`, as far as there is room. */
  #insert(length: number, at: number, piece: Buffer): number {
    const size = Math.min(piece.length, this.#out.length - length);
    this.#out.copyWithin(at + size, at, length);
    piece.copy(this.#out, at, 0, size);
    return length + size;
  }

  #pick(from: readonly Buffer[]): Buffer {
    return from[this.#below(from.length)] as Buffer;
  }

  /** Half the bytes are such as the grammar knows. */
  #byte(): number {
    const random = this.#random();
    return random & 1
      ? (GRAMMAR[(random >>> 1) % GRAMMAR.length] as number)
      : (random >>> 8) & 0xff;
  }

  #below(end: number): number {
    return this.#random() % end;
  }

  // xorshift32 (Marsaglia 2003).
  #random(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
}
