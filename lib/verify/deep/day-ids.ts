import type { Kernel } from '../../batch/kernel.ts';
import { Room } from '../../batch/room.ts';
import { parseDay } from '../../route/by-day.ts';
import { Duplicates } from '../../route/duplicates.ts';
import type { Note } from '../finding.ts';
import { shown, type TextLeaf } from './text-leaf.ts';

/** The insert_ids of a day. */
export class DayIds {
  readonly #kernel: Kernel;
  readonly #memory: number | undefined;
  /** Ids of a page, and of a dictionary: 16 bytes each. */
  readonly #ids: Room;
  readonly #dictionary: Room;
  #duplicates: Duplicates | undefined;
  #day = 0;

  constructor(kernel: Kernel, memory: number | undefined) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.#ids = new Room(kernel);
    this.#dictionary = new Room(kernel);
  }

  /** Begins a day, and forgets the day before. */
  begin(day: string): void {
    this.end();
    this.#duplicates = new Duplicates(this.#memory);
    this.#day = parseDay(day);
  }

  /** Gives the memory of the day back. */
  end(): void {
    this.#duplicates?.destroy();
    this.#duplicates = undefined;
  }

  /** Takes the ids of a page that the leaf has read. @param row the row of the first one */
  page(leaf: TextLeaf, count: number, row: number, note: Note): void {
    const { fn } = this.#kernel;
    const bytes = this.#kernel.constant('ID_BYTES');
    const { indices } = leaf;
    let address = (indices === 0 ? this.#ids : this.#dictionary).fit(leaf.entryCount * bytes);
    const other = fn.readIds(leaf.entries, leaf.entryCount, address) >>> 0;
    if (other < leaf.entryCount) note('id_not_uuid', `${shown(leaf.text(other))} is not a UUID`);
    if (indices !== 0) {
      const dictionary = address;
      address = this.#ids.fit(count * bytes);
      fn.gather(dictionary, bytes, indices, count, address);
    }
    let twice = 0;
    let first = 0;
    this.#duplicates?.find(this.#kernel, { address, count, day: this.#day }, (index) => {
      if (twice++ === 0) first = index;
    });
    if (twice === 0) return;
    const entry = indices === 0 ? first : (this.#kernel.u32[(indices >>> 2) + first] as number);
    note(
      'duplicate_id',
      `${twice === 1 ? 'an event has' : `${twice} events of a page have`} an insert_id that came before on its day, the first one ${shown(leaf.text(entry))}`,
      { row: row + first },
    );
  }
}
