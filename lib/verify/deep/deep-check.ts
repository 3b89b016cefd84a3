import { Kernel } from '../../batch/kernel.ts';
import type { ChunkFooter, GroupFooter } from '../../parquet/file-footer.ts';
import { columnName, isMapColumn, leafOf } from '../column-name.ts';
import type { ReadableStore } from '../counting-store.ts';
import type { FindingPlace, Note } from '../finding.ts';
import type { VerifiedFile } from '../verify-file.ts';
import { PageReader } from './chunk-pages.ts';
import { Damage } from './damage.ts';
import { DayIds } from './day-ids.ts';
import { FileWindow } from './file-window.ts';
import { MapColumns } from './map-columns.ts';
import { NumberColumns } from './scalar-columns.ts';
import { checkTextColumn } from './text-columns.ts';
import { TextLeaf } from './text-leaf.ts';

/** A row group that is read. */
interface ReadGroup {
  group: GroupFooter;
  /** Its number in the file. */
  index: number;
}

/** What was read of values. */
export interface DeepResult {
  /** Share of the row groups that was asked for. */
  share: number;
  rowGroups: number;
  rowGroupsRead: number;
  /** Events in the row groups that were read. */
  events: number;
}

/** Reads the values of files, and checks each rule of the vendor's page and of the format. */
export class DeepCheck {
  readonly #kernel: Kernel;
  readonly #store: ReadableStore;
  readonly #result: DeepResult;
  readonly #pages: PageReader;
  readonly #leaf: TextLeaf;
  readonly #numbers: NumberColumns;
  readonly #maps: MapColumns;
  readonly #ids: DayIds;
  /** The map whose keys could not be read: there is nothing to compare its values with. */
  #broken: string | undefined;

  constructor(
    store: ReadableStore,
    { share, dedupeMemory }: { share: number; dedupeMemory: number | undefined },
  ) {
    const kernel = new Kernel();
    this.#kernel = kernel;
    this.#store = store;
    this.#result = { share, rowGroups: 0, rowGroupsRead: 0, events: 0 };
    this.#pages = new PageReader(kernel);
    this.#leaf = new TextLeaf(kernel);
    this.#numbers = new NumberColumns(kernel);
    this.#maps = new MapColumns(kernel, this.#leaf);
    this.#ids = new DayIds(kernel, dedupeMemory);
  }

  get result(): DeepResult {
    return this.#result;
  }

  /** Reads the files of a day. Resolves with its events by quarter of an hour, if all were read. */
  async day(
    day: string,
    files: readonly VerifiedFile[],
    note: Note,
  ): Promise<Uint32Array | undefined> {
    const slots = new Uint32Array(this.#kernel.constant('DAY_SLOTS'));
    let isWhole = true;
    this.#ids.begin(day);
    try {
      for (const file of files) {
        isWhole = (await this.#file(file, { day, slots, note })) && isWhole;
      }
    } finally {
      this.#ids.end();
      this.#kernel.arena.checkGuards();
    }
    return isWhole ? slots : undefined;
  }

  async #file(
    { object, footer, hasPages }: VerifiedFile,
    { day, slots, note }: { day: string; slots: Uint32Array; note: Note },
  ): Promise<boolean> {
    if (footer === undefined || !hasPages) return false;
    const chosen = this.#choose(footer.groups);
    const ranges = chosen.flatMap(({ group }) =>
      group.chunks.map(({ start, compressed }) => ({ start, end: start + compressed })),
    );
    const window = new FileWindow(this.#store, object, ranges);
    for (const { group, index } of chosen) {
      for (const chunk of group.chunks) {
        const place = { file: object.name, rowGroup: index, column: columnName(chunk.path) };
        const of = { rows: group.rows, day, slots, isOurs: footer.isOurs };
        await this.#chunk(window, chunk, of, placed(note, place));
      }
      this.#result.events += group.rows;
    }
    return chosen.length === footer.groups.length;
  }

  /** Chooses row groups that are spread evenly, and at least one of a file. */
  #choose(groups: readonly GroupFooter[]): ReadGroup[] {
    const { share } = this.#result;
    const all = groups.map((group, index) => ({ group, index }));
    const chosen = all.filter(
      ({ index }) => Math.ceil((index + 1) * share) > Math.ceil(index * share),
    );
    this.#result.rowGroups += all.length;
    this.#result.rowGroupsRead += chosen.length;
    return chosen;
  }

  async #chunk(
    window: FileWindow,
    chunk: ChunkFooter,
    {
      rows,
      day,
      slots,
      isOurs,
    }: { rows: number; day: string; slots: Uint32Array; isOurs: boolean },
    note: Note,
  ): Promise<void> {
    const pages = this.#pages.pages(window, chunk, isOurs);
    const { column, part } = leafOf(chunk.path);
    if (part !== 'value') this.#broken = undefined;
    try {
      if (column === 'ts') await this.#numbers.times(pages, chunk, day, slots, note);
      else if (column === 'metric_value') await this.#numbers.decimals(pages, chunk, note);
      else if (!isMapColumn(column) || part === undefined) {
        await checkTextColumn(pages, chunk, { leaf: this.#leaf, ids: this.#ids }, note);
      } else if (this.#broken === column) await readOver(pages);
      else if (part === 'key') await this.#maps.keys(pages, chunk, { map: column, rows }, note);
      else await this.#maps.values(pages, chunk, column, note);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      this.#broken = part === 'key' ? column : undefined;
      note(error.code, error.message);
    }
  }
}

/** Notes findings at a place, of which only the row differs. */
function placed(note: Note, place: FindingPlace): Note {
  return (code, message, more) => note(code, message, { ...place, ...more });
}

/** Checks no more of pages than that they can be read. */
async function readOver(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages);
}
