import { type EventBatch, MAP_COLUMNS, SCALAR_COLUMNS } from '../batch/event-batch.ts';
import type { FieldName } from '../batch/kernel.ts';
import type { EventMap, HackleEvent } from './event.ts';

/** Reads the rows of a batch as the objects that user code gets. The batch must not change meanwhile. */
export class EventReader {
  /** Number of map entries that were dropped because a later entry had the same name. */
  duplicates = 0;
  readonly #batch: EventBatch;
  readonly #kinds: { isNull: number; isObject: number };
  readonly #rowCap: number;
  readonly #entryCap: number;
  readonly #scalar: { start: number; length: number; kind: number };
  readonly #offsets: number;
  readonly #entries: number;
  /** Offsets of the fields in an entry's struct, and its size, in 32-bit words. */
  readonly #entry: { key: number; start: number; length: number; kind: number; size: number };

  constructor(batch: EventBatch) {
    const { kernel } = batch;
    const word = (field: FieldName<'Batch'>): number => batch.get(field) >>> 2;
    this.#batch = batch;
    this.#kinds = {
      isNull: kernel.constant('KIND_NULL'),
      isObject: kernel.constant('KIND_OBJECT'),
    };
    this.#rowCap = batch.get('rowCap');
    this.#entryCap = batch.get('entryCap');
    this.#scalar = {
      start: word('scalarStart'),
      length: word('scalarLen'),
      kind: batch.get('scalarKind'),
    };
    this.#offsets = word('mapOffset');
    this.#entries = word('mapEntries');
    const place = (field: FieldName<'MapEntry'>): number => kernel.offset('MapEntry', field) >>> 2;
    this.#entry = {
      key: place('key'),
      start: place('start'),
      length: place('len'),
      kind: place('kind'),
      size: kernel.sizeOf('MapEntry') >>> 2,
    };
  }

  read(row: number): HackleEvent {
    const event = {} as HackleEvent;
    SCALAR_COLUMNS.forEach((column, index) => {
      event[column] = this.#readScalar(index * this.#rowCap + row);
    });
    MAP_COLUMNS.forEach((column, map) => {
      event[column] = this.#readMap(map, row);
    });
    return event;
  }

  #readScalar(at: number): string | null {
    const { u8 } = this.#batch.kernel;
    const { start, length, kind } = this.#scalar;
    const is = u8[kind + at] as number;
    if (is <= this.#kinds.isNull) return null;
    const text = this.#text(start + at, length + at);
    // An object in place of a text stays an object, so that it is rejected as it would be without user code.
    return is >= this.#kinds.isObject ? (JSON.parse(text) as string) : text;
  }

  #readMap(map: number, row: number): EventMap {
    const { u32 } = this.#batch.kernel;
    const { names } = this.#batch.keys;
    const { key, start, length, kind, size } = this.#entry;
    const entries: EventMap = {};
    const offsets = this.#offsets + map * (this.#rowCap + 1) + row;
    const place = (index: number): number => this.#entries + (map * this.#entryCap + index) * size;
    const end = place(u32[offsets + 1] as number);
    for (let at = place(u32[offsets] as number); at < end; at += size) {
      const name = names[u32[at + key] as number] as string;
      const isNull = u32[at + kind] === this.#kinds.isNull;
      const value = isNull ? null : this.#text(at + start, at + length);
      if (Object.hasOwn(entries, name)) {
        this.duplicates++;
        // Moves the name to the end: among names that differ only in case, the last one wins too.
        delete entries[name];
      }
      if (name === '__proto__') defineOwn(entries, name, value);
      else entries[name] = value;
    }
    return entries;
  }

  #text(start: number, length: number): string {
    const { kernel } = this.#batch;
    return kernel.text(kernel.u32[start] as number, kernel.u32[length] as number);
  }
}

/** Defines `__proto__` as an entry, as JSON.parse does; assigning it would set the prototype. */
function defineOwn(map: EventMap, key: string, value: string | null): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}
