import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { StructArray, setFields } from '../batch/struct.ts';
import { ImportError } from '../errors.ts';
import { MOST_KEYS } from '../shortfall.ts';

/** Most event keys that are remembered. After more, all are judged anew, so that memory stays bounded. */
const MANY_KEYS = 4096;
/** Slots of the hash table of event keys, at most half full. */
const TABLE = 2 * MANY_KEYS;
/** Longer event keys are judged each time: they are not names. */
const LONG_KEY = 4096;

interface Pattern {
  /** An element for each character, `ANY` for any number of characters, and `ONE` for any one. */
  parts: readonly (string | typeof ANY | typeof ONE)[];
  excludes: boolean;
}
const ANY = Symbol('*');
const ONE = Symbol('?');

/**
 * Makes a function that says whether an event is wanted, by its event key. Patterns are lists with commas: `*` is
 * any text, `?` any one character, `!` before a pattern excludes, and a backslash takes the next character
 * literally. An event is wanted if an including pattern matches, or there are none, and no excluding one matches.
 *
 * @throws ImportError E_USAGE
 */
export function eventMatcher(where: string | readonly string[]): (eventKey: string) => boolean {
  const patterns = [where].flat().flatMap(parsePatterns);
  if (patterns.length === 0) {
    throw new ImportError(
      'E_USAGE',
      'where: expected event keys such as purchase,view_*, got none',
    );
  }
  const includes = patterns.filter(({ excludes }) => !excludes);
  const excludes = patterns.filter((pattern) => pattern.excludes);
  return (eventKey) => {
    const key = [...eventKey];
    const isIn = includes.length === 0 || includes.some(({ parts }) => fits(parts, key));
    return isIn && !excludes.some(({ parts }) => fits(parts, key));
  };
}

function parsePatterns(text: string): Pattern[] {
  // A comma after a backslash does not separate patterns.
  const pieces = text.match(/(?:\\.|[^\\,])+|\\$/gsu) ?? [];
  return pieces
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .map((piece) => {
      const excludes = piece.startsWith('!');
      const parts = partsOf(excludes ? piece.slice(1) : piece);
      if (parts.length > 0) return { parts, excludes };
      throw new ImportError('E_USAGE', `where: expected a pattern after "!", got ${text}`);
    });
}

function partsOf(piece: string): Pattern['parts'] {
  return (piece.match(/\\.|./gsu) ?? []).map((part) => {
    if (part === '*') return ANY;
    if (part === '?') return ONE;
    return part.length > 1 && part.startsWith('\\') ? part.slice(1) : part;
  });
}

/** Matches greedily and goes back to the last `*` only, so that the time is at most the product of both lengths. */
function fits(parts: Pattern['parts'], key: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < key.length) {
    if (parts[part] === ANY) {
      star = part++;
      starAt = at;
    } else if (part < parts.length && (parts[part] === ONE || parts[part] === key[at])) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (parts[part] === ANY) part++;
  return part === parts.length;
}

/** Leaves out events that a matcher does not want. Each distinct event key is judged once. */
export class EventFilter {
  readonly #matches: (eventKey: string) => boolean;
  #kernel: Kernel | undefined;
  #keys: StructArray<'JudgedKey'> | undefined;
  #address = 0;
  #table = 0;
  #names: number[] = [];
  /** Event keys that were left out; not all, since input may invent endless keys. */
  readonly otherKeys: Set<string> = new Set();

  /** @throws ImportError E_USAGE */
  constructor(where: string | readonly string[]) {
    this.#matches = eventMatcher(where);
  }

  apply(batch: EventBatch): EventBatch {
    const { kernel } = batch;
    if (this.#kernel === undefined) this.#begin(kernel);
    kernel.judgeKey = (start, length) => (this.#judge(kernel, start, length) ? 1 : 0);
    kernel.fn.filterKeys(batch.address, this.#address);
    kernel.judgeKey = undefined;
    return batch;
  }

  #begin(kernel: Kernel): void {
    this.#kernel = kernel;
    this.#keys = new StructArray(kernel, 'JudgedKey', 64);
    this.#address = kernel.arena.alloc(kernel.sizeOf('KeyFilter'));
    this.#table = kernel.arena.alloc(TABLE * 4);
    setFields(kernel, 'KeyFilter', this.#address, { table: this.#table, tableMask: TABLE - 1 });
    this.#forget(kernel, this.#keys);
  }

  #forget(kernel: Kernel, keys: StructArray<'JudgedKey'>): void {
    for (const name of this.#names.splice(0)) kernel.arena.free(name);
    keys.length = 0;
    kernel.u32.fill(0, this.#table >>> 2, (this.#table >>> 2) + TABLE);
    setFields(kernel, 'KeyFilter', this.#address, { keys: keys.address });
  }

  #judge(kernel: Kernel, address: number, length: number): boolean {
    const key = kernel.text(address, length);
    const isWanted = this.#matches(key);
    const keys = this.#keys as StructArray<'JudgedKey'>;
    if (length > LONG_KEY) return isWanted;
    if (!isWanted && this.otherKeys.size < MOST_KEYS) this.otherKeys.add(key);
    if (keys.length >= MANY_KEYS) this.#forget(kernel, keys);
    const start = kernel.arena.alloc(length + kernel.constant('PADDING'));
    kernel.u8.copyWithin(start, address, address + length);
    this.#names.push(start);
    const index = keys.push({ start, len: length, isWanted: isWanted ? 1 : 0 });
    setFields(kernel, 'KeyFilter', this.#address, { keys: keys.address });
    let at = (kernel.fn.hashText(start, length, 0) & (TABLE - 1)) >>> 0;
    while (kernel.u32[(this.#table >>> 2) + at] !== 0) at = (at + 1) & (TABLE - 1);
    kernel.u32[(this.#table >>> 2) + at] = index + 1;
    return isWanted;
  }
}
