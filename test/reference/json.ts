// A JSON reader that keeps what JSON.parse throws away: the text of numbers, the order of members,
// repeated names. It is recursive and slow on purpose: it judges the program's own scanner.

/** A value as the source has it. */
export type JsonValue =
  | { kind: 'object'; members: JsonMember[] }
  | { kind: 'array'; items: JsonValue[] }
  | { kind: 'string'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' };

/** A member of an object; `at` is where its name begins in the text. */
export interface JsonMember {
  name: string;
  value: JsonValue;
  at: number;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Reads one JSON text whole; throws a SyntaxError on everything that JSON.parse refuses. */
export function readJson(text: string): JsonValue {
  let at = 0;

  function fail(expected: string): never {
    throw new SyntaxError(`expected ${expected} at ${at}`);
  }

  function space(): void {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  }

  function take(token: string): boolean {
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  }

  function string(): string {
    let value = '';
    if (!take('"')) fail('"');
    for (;;) {
      const char = text[at];
      if (char === undefined) fail('the end of a string');
      if (char < ' ') fail('no control character in a string');
      at++;
      if (char === '"') return value;
      if (char !== '\\') {
        value += char;
        continue;
      }
      const letter = text[at++];
      if (letter === 'u') {
        const hex = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) fail('four hex digits');
        value += String.fromCharCode(Number.parseInt(hex, 16));
        at += 4;
      } else {
        value += ESCAPES[letter ?? ''] ?? fail('an escape');
      }
    }
  }

  function object(): JsonValue {
    const members: JsonMember[] = [];
    space();
    if (take('}')) return { kind: 'object', members };
    for (;;) {
      space();
      const start = at;
      const name = string();
      space();
      if (!take(':')) fail(':');
      members.push({ name, value: value(), at: start });
      if (take('}')) return { kind: 'object', members };
      if (!take(',')) fail(', or }');
    }
  }

  function array(): JsonValue {
    const items: JsonValue[] = [];
    space();
    if (take(']')) return { kind: 'array', items };
    for (;;) {
      items.push(value());
      if (take(']')) return { kind: 'array', items };
      if (!take(',')) fail(', or ]');
    }
  }

  function value(): JsonValue {
    space();
    const read = bare();
    space();
    return read;
  }

  function bare(): JsonValue {
    if (take('{')) return object();
    if (take('[')) return array();
    if (text[at] === '"') return { kind: 'string', value: string() };
    if (take('true')) return { kind: 'boolean', value: true };
    if (take('false')) return { kind: 'boolean', value: false };
    if (take('null')) return { kind: 'null' };
    NUMBER.lastIndex = at;
    const number = NUMBER.exec(text)?.[0] ?? fail('a value');
    at += number.length;
    return { kind: 'number', text: number };
  }

  const read = value();
  if (at !== text.length) fail('the end');
  return read;
}

/** How deep a valid JSON text nests: 0 for a scalar, 1 for `{}`; without recursion, for texts of any depth. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (inString) {
      if (char === '\\') at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

/** The value without white space, its strings escaped as JSON.stringify does, all else as in the source. */
export function compactJson(value: JsonValue): string {
  switch (value.kind) {
    case 'object': {
      const members = value.members.map(
        (member) => `${JSON.stringify(member.name)}:${compactJson(member.value)}`,
      );
      return `{${members.join(',')}}`;
    }
    case 'array':
      return `[${value.items.map(compactJson).join(',')}]`;
    case 'string':
      return JSON.stringify(value.value);
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
  }
}

/** The text a value becomes as a map's value: strings with U+FFFD for lone surrogates, nested values as JSON. */
export function textOf(value: JsonValue): string {
  return value.kind === 'string' ? wellFormed(value.value) : compactJson(value);
}

/** U+FFFD for each surrogate without its partner. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Whether a surrogate stands without its partner. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** The member of this name as JSON.parse has it: the last one. */
export function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  if (value.kind !== 'object') return undefined;
  return value.members.findLast((member) => member.name === name)?.value;
}
