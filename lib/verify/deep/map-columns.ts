import type { MapColumn } from '../../batch/event-batch.ts';
import type { Kernel } from '../../batch/kernel.ts';
import { Room } from '../../batch/room.ts';
import { getField, setFields } from '../../batch/struct.ts';
import type { ChunkFooter } from '../../parquet/file-footer.ts';
import type { Note } from '../finding.ts';
import type { ChunkPage } from './chunk-pages.ts';
import { Damage } from './damage.ts';
import { readLevels } from './levels.ts';
import { MapKeys } from './map-keys.ts';
import type { TextLeaf } from './text-leaf.ts';
import { compareTexts } from './text-statistics.ts';

/** What a map of the vendor's page has to be; limits are those of lib/kernel/record/limits.ts. */
interface MapRules {
  required: readonly string[];
  /** Most entries of an event, and UTF-16 units of a key and of a value. */
  entries: number;
  key: number;
  value: number;
}

const UNLIMITED = 0xffff_ffff;
const RULES: Readonly<Record<MapColumn, MapRules>> = {
  identifiers: { required: ['id', 'device_id'], entries: UNLIMITED, key: UNLIMITED, value: 512 },
  event_properties: { required: [], entries: 64, key: 128, value: 1024 },
  user_properties: { required: [], entries: 128, key: 128, value: 1024 },
  platform_properties: {
    required: ['osname', 'appversion'],
    entries: UNLIMITED,
    key: UNLIMITED,
    value: UNLIMITED,
  },
};
/** More entries of a row group are not looked at: a byte is kept of each. */
const MOST_SLOTS = 1 << 28;

/** Reads the keys and then the values of a map in a row group. */
export class MapColumns {
  readonly #kernel: Kernel;
  readonly #leaf: TextLeaf;
  readonly #keys: MapKeys;
  /** A byte for each entry or empty map of the keys, and of a page of values. */
  readonly #slots: Room;
  readonly #pageSlots: Room;
  readonly #flags: Room;
  readonly #check: number;
  readonly #required: number;
  #slotCount = 0;

  constructor(kernel: Kernel, leaf: TextLeaf) {
    this.#kernel = kernel;
    this.#leaf = leaf;
    this.#keys = new MapKeys(kernel, leaf);
    this.#slots = new Room(kernel);
    this.#pageSlots = new Room(kernel);
    this.#flags = new Room(kernel);
    this.#check = kernel.arena.alloc(kernel.sizeOf('MapCheck'));
    this.#required = kernel.arena.alloc(kernel.sizeOf('RequiredValues'));
  }

  /** Checks the keys of a map. @throws Damage */
  async keys(
    pages: AsyncIterable<ChunkPage>,
    chunk: ChunkFooter,
    { map, rows }: { map: MapColumn; rows: number },
    note: Note,
  ): Promise<void> {
    const { fn } = this.#kernel;
    const { required, entries: most, key: limit } = RULES[map];
    this.#slotCount = 0;
    if (chunk.values > MOST_SLOTS)
      throw new Damage('unread', `more than ${MOST_SLOTS} entries in a row group`);
    this.#leaf.begin(limit);
    this.#keys.begin(required);
    this.#clear(this.#check, 'MapCheck');
    setFields(this.#kernel, 'MapCheck', this.#check, { need: 2 ** required.length - 1, most });
    let nulls = 0;
    for await (const page of pages) {
      if (page.kind === 'dictionary') {
        this.#leaf.dictionary(page, note);
        continue;
      }
      const slots =
        this.#slots.fit(this.#slotCount + page.values, this.#slotCount) + this.#slotCount;
      const { entries, values } = readLevels(this.#kernel, page, slots);
      nulls += page.values - entries;
      this.#leaf.data(page, values, entries, note);
      const { indices, flags, seen } = this.#keys.page(entries);
      fn.checkKeys(slots, page.values, indices, flags, seen, this.#check);
      this.#slotCount += page.values;
    }
    fn.endKeys(this.#check);
    this.#report({ required, rows }, note);
    this.#keys.report(note);
    if (this.#leaf.long > 0)
      note('limits', `keys with more than ${limit} characters, the vendor's limit`);
    compareNulls(nulls, chunk, note);
    compareTexts(this.#leaf.extremes, chunk, note);
  }

  /** Checks the values of a map, whose keys were read before. @throws Damage */
  async values(
    pages: AsyncIterable<ChunkPage>,
    chunk: ChunkFooter,
    map: MapColumn,
    note: Note,
  ): Promise<void> {
    const { fn } = this.#kernel;
    const { required, value: limit } = RULES[map];
    this.#leaf.begin(limit);
    let slot = 0;
    let nulls = 0;
    let flagged: number | undefined;
    let noOs = 0;
    for await (const page of pages) {
      if (page.kind === 'dictionary') {
        this.#leaf.dictionary(page, note);
        if (required.length > 0) flagged = this.#flag();
        continue;
      }
      const { entries, values } = readLevels(this.#kernel, page, this.#pageSlots.fit(page.values));
      const isSame =
        slot + page.values <= this.#slotCount &&
        fn.sameLevels(this.#slots.address + slot, this.#pageSlots.address, page.values) === 1;
      if (!isSame) throw new Damage('levels', 'the levels of values are not those of their keys');
      nulls += page.values - entries;
      this.#leaf.data(page, values, entries, note);
      if (required.length > 0) {
        if (this.#leaf.indices === 0) flagged = this.#flag();
        noOs += this.#checkRequired(slot, page.values, flagged ?? 0, map, note);
        // A page of texts had the flags' room; those of the dictionary are made again.
        if (this.#leaf.indices === 0) flagged = undefined;
      }
      slot += page.values;
    }
    if (noOs > 0 && map === 'platform_properties') {
      note('osname', `${noOs} events have an osname other than Android and iOS`);
    }
    if (this.#leaf.long > 0)
      note('limits', `values with more than ${limit} characters, the vendor's limit`);
    compareNulls(nulls, chunk, note);
    compareTexts(this.#leaf.extremes, chunk, note);
  }

  /** Writes the flags of the leaf's entries; returns their address. */
  #flag(): number {
    const { entries, entryCount } = this.#leaf;
    const flags = this.#flags.fit(entryCount);
    this.#kernel.fn.flagTexts(entries, entryCount, flags);
    return flags;
  }

  /** Checks the values of required keys in a page; returns how many name no known operating system. */
  #checkRequired(slot: number, slots: number, flags: number, map: MapColumn, note: Note): number {
    const at = this.#slots.address + slot;
    this.#kernel.fn.checkRequired(at, slots, this.#leaf.indices, flags, this.#required);
    const get = (field: 'empty' | 'firstEmpty' | 'noOs'): number =>
      getField(this.#kernel, 'RequiredValues', this.#required, field);
    if (get('empty') > 0) {
      const keys = RULES[map].required.join(' or ');
      note('required_key', `${get('empty')} events have an empty ${keys}`);
    }
    return get('noOs');
  }

  #report({ required, rows }: { required: readonly string[]; rows: number }, note: Note): void {
    const get = (field: Parameters<typeof getField<'MapCheck'>>[3]): number =>
      getField(this.#kernel, 'MapCheck', this.#check, field);
    if (get('wrong') > 0) throw new Damage('levels', `${get('wrong')} levels are none of maps`);
    if (get('row') !== rows)
      throw new Damage('levels', `the levels make ${get('row')} rows, not ${rows}`);
    if (get('lacking') > 0) {
      const keys = required.filter((_, bit) => get('lackingKeys') & (1 << bit)).join(' and ');
      note('required_key', `${get('lacking')} events lack a required key, the first one ${keys}`, {
        row: get('firstLacking'),
      });
    }
    if (get('twice') > 0) {
      const key = this.#keys.name(get('twiceKey'));
      note(
        'key_twice',
        `${get('twice')} entries have a key that the event has already, the first one ${key}`,
        { row: get('firstTwice') },
      );
    }
    if (get('crowded') > 0) {
      note(
        'limits',
        `${get('crowded')} events have more than ${get('most')} entries, the vendor's limit`,
      );
    }
  }

  #clear(address: number, struct: 'MapCheck'): void {
    this.#kernel.u8.fill(0, address, address + this.#kernel.sizeOf(struct));
  }
}

function compareNulls(nulls: number, chunk: ChunkFooter, note: Note): void {
  if (chunk.nulls === undefined || chunk.nulls === nulls) return;
  note('statistics', `the footer counts ${chunk.nulls} empty maps, the pages have ${nulls}`);
}
