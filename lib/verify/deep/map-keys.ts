import type { Kernel } from '../../batch/kernel.ts';
import { Room } from '../../batch/room.ts';
import type { Note } from '../finding.ts';
import { Damage } from './damage.ts';
import { shown, type TextLeaf } from './text-leaf.ts';

/** Most distinct keys of a column chunk. */
const MOST_KEYS = 1 << 20;

/** The distinct keys of a map in a row group: each is looked at once, and has a number, an index of the dictionary. */
export class MapKeys {
  readonly #kernel: Kernel;
  readonly #leaf: TextLeaf;
  readonly #flags: Room;
  /** The last row of each key. */
  readonly #seen: Room;
  readonly #indices: Room;
  #required: readonly string[] = [];
  #names: string[] = [];
  #numbers: Map<string, number> | undefined;
  #wrong: string | undefined;

  constructor(kernel: Kernel, leaf: TextLeaf) {
    this.#kernel = kernel;
    this.#leaf = leaf;
    this.#flags = new Room(kernel);
    this.#seen = new Room(kernel);
    this.#indices = new Room(kernel);
  }

  /** Begins a chunk. */
  begin(required: readonly string[]): void {
    this.#required = required;
    this.#names = [];
    this.#numbers = undefined;
    this.#wrong = undefined;
  }

  name(number: number): string {
    return shown(this.#names[number] ?? '');
  }

  /** The keys of the page that the leaf has read, of `entries` entries. @throws Damage */
  page(entries: number): { indices: number; flags: number; seen: number } {
    let { indices } = this.#leaf;
    if (indices !== 0) {
      for (let n = this.#names.length; n < this.#leaf.entryCount; n++)
        this.#add(this.#leaf.text(n));
    } else {
      indices = this.#number(entries);
    }
    return { indices, flags: this.#flags.address, seen: this.#seen.address };
  }

  report(note: Note): void {
    if (this.#wrong !== undefined) {
      note('key_case', `the key ${shown(this.#wrong)} is not in lower case`);
    }
  }

  /** Numbers the keys of a page of texts; few programs write keys so. */
  #number(entries: number): number {
    this.#numbers ??= new Map(this.#names.map((name, number) => [name, number]));
    const to = this.#indices.fit(entries * 4);
    for (let n = 0; n < entries; n++) {
      const name = this.#leaf.text(n);
      let number = this.#numbers.get(name);
      if (number === undefined) {
        number = this.#add(name);
        this.#numbers.set(name, number);
      }
      this.#kernel.u32[(to >>> 2) + n] = number;
    }
    return to;
  }

  #add(name: string): number {
    const number = this.#names.length;
    if (number >= MOST_KEYS)
      throw new Damage('unread', `more than ${MOST_KEYS} keys in a row group`);
    if (this.#wrong === undefined && name !== name.toLowerCase()) this.#wrong = name;
    this.#names.push(name);
    const flags = this.#flags.fit(number + 1, number);
    this.#kernel.u8[flags + number] = this.#required.includes(name)
      ? 1 << this.#required.indexOf(name)
      : 0;
    const seen = this.#seen.fit((number + 1) * 4, number * 4);
    this.#kernel.u32[(seen >>> 2) + number] = 0;
    return number;
  }
}
