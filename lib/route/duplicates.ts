import type { EventBatch } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { getField, setFields } from '../batch/struct.ts';
import { CODE_NAMES } from '../codes.ts';
import { ImportError } from '../errors.ts';
import { DEFAULTS } from '../options/defaults.ts';
import { SpillFile } from './spill-file.ts';

/** Most memory that is used, because linear memory ends at 4 GiB. */
const MOST_MEMORY = 2 ** 31;
/** First size of each table in bytes. A table doubles when it is three quarters full. */
const FIRST_TABLE = 1024;
/** Bytes of the arena's guard words: a block with its guard words is a power of two. */
const GUARD = 16;
/** Places of a run that are read at once. Mostly the first few decide. */
const WINDOW = 64;
const SPILLED = CODE_NAMES.indexOf('insert_id_spilled');
const PURPOSE = {
  code: 'E_DEDUPE_SPILL',
  what: 'dedupe',
  hint: 'Make room there (28 bytes an insert_id), name another folder in the environment as TMPDIR, or keep more insert_ids in memory (--dedupe-memory).',
} as const;

/**
 * Drops events whose insert_id came before on the same UTC day; the first one in the order of the input stays.
 * This is exact, because all 128 bits of the UUIDs are compared. All batches must come from one kernel, and
 * their rows must have valid UUIDs and a day.
 *
 * Ids stay inside their memory. At least half of it is for tables, the rest for the filter of the ids on disk.
 * While a table grows, it and its predecessor take less than the filter's share, which is not used yet. A few
 * kilobytes are not counted.
 */
export class Duplicates {
  readonly #memory: number;
  readonly #file = new SpillFile(PURPOSE);
  #kernel: Kernel | undefined;
  #shards = 0;
  /** Address of the tables' structs, and of the window into which places of a run are read. */
  #tables = 0;
  #window = 0;
  /** Most bytes of a table, and bytes of its part of the filter: powers of two. */
  #tableBytes = 0;
  #filterBytes = 0;
  #runs = 0;
  /** Ids that went to the file. */
  #spilled = 0;

  /** @param memory bytes that remembered ids may take before they go to a temporary file */
  constructor(memory: number = DEFAULTS.dedupeMemory) {
    this.#memory = Math.min(memory, MOST_MEMORY);
  }

  /**
   * Marks duplicates among the good rows as left out (`duplicate_insert_id`).
   *
   * @throws ImportError E_DEDUPE_SPILL; E_USAGE for a batch of another kernel
   */
  drop(batch: EventBatch): void {
    const { kernel, rows, warnings } = batch;
    if (this.#kernel === undefined) this.#begin(kernel);
    if (this.#kernel !== kernel) throw severalParsers();
    const { fn } = kernel;
    let row = 0;
    let spilled = kernel.constant('SPILLED_UNKNOWN');
    for (;;) {
      row = fn.dropDuplicates(batch.address, this.#tables, row, spilled);
      if (row >= rows) return;
      const before = this.#spilled;
      spilled = this.#resume(kernel);
      warnings[SPILLED] = (warnings[SPILLED] as number) + this.#spilled - before;
    }
  }

  /**
   * Takes ids as the kernel's `readIds` writes them; calls `found` with the index of each that came before on the day.
   *
   * @throws ImportError E_DEDUPE_SPILL
   */
  find(
    kernel: Kernel,
    ids: { address: number; count: number; day: number },
    found: (index: number) => void,
  ): void {
    if (this.#kernel === undefined) this.#begin(kernel);
    const { fn } = kernel;
    const { address, count, day } = ids;
    const unknown = kernel.constant('SPILLED_UNKNOWN');
    let spilled = unknown;
    for (let index = 0; ; ) {
      index = fn.addIds(address, count, day, this.#tables, index, spilled);
      if (index >= count) return;
      if (fn.getIsKnown()) {
        found(index++);
        spilled = unknown;
      } else {
        spilled = this.#resume(kernel);
      }
    }
  }

  /** Makes room for the id at which the kernel stopped, or looks for it on disk; returns what is known then. */
  #resume(kernel: Kernel): number {
    const { fn } = kernel;
    const shard = fn.getShard();
    if (!fn.getIsFull()) return this.#lookInRuns(kernel, shard);
    this.#makeRoom(kernel, shard);
    return kernel.constant('SPILLED_UNKNOWN');
  }

  /** Closes the temporary file, which deletes it. */
  close(): void {
    this.#file.close();
  }

  /** Closes the file and gives the memory back. */
  destroy(): void {
    this.close();
    const kernel = this.#kernel;
    if (kernel === undefined) return;
    for (let shard = 0; shard < this.#shards; shard++) {
      const table = this.#table(kernel, shard);
      kernel.arena.free(getField(kernel, 'IdTable', table, 'places'));
      const filter = getField(kernel, 'IdTable', table, 'filter');
      if (filter !== 0) kernel.arena.free(filter);
    }
    kernel.arena.free(this.#tables);
    kernel.arena.free(this.#window);
    this.#kernel = undefined;
  }

  #begin(kernel: Kernel): void {
    this.#kernel = kernel;
    this.#shards = kernel.constant('DUPLICATE_SHARDS');
    const share = Math.floor(this.#memory / this.#shards);
    this.#tableBytes = powerOfTwo((share * 2) / 3);
    this.#filterBytes = powerOfTwo(share - this.#tableBytes);
    this.#tables = kernel.arena.alloc(this.#shards * kernel.sizeOf('IdTable'));
    this.#window = kernel.arena.alloc(WINDOW * kernel.constant('DUPLICATE_PLACE'));
    for (let shard = 0; shard < this.#shards; shard++) {
      setFields(kernel, 'IdTable', this.#table(kernel, shard), { used: 0, filter: 0, words: 0 });
      this.#place(kernel, shard, Math.min(FIRST_TABLE, this.#tableBytes));
    }
  }

  #makeRoom(kernel: Kernel, shard: number): void {
    if (this.#bytes(kernel, shard) < this.#tableBytes) this.#grow(kernel, shard);
    else this.#spill(kernel);
  }

  #grow(kernel: Kernel, shard: number): void {
    const table = this.#table(kernel, shard);
    const places = getField(kernel, 'IdTable', table, 'places');
    const size = getField(kernel, 'IdTable', table, 'size');
    this.#place(kernel, shard, 2 * this.#bytes(kernel, shard));
    kernel.fn.moveIds(table, places, places + size * kernel.constant('DUPLICATE_PLACE'));
    kernel.arena.free(places);
  }

  /** Writes all tables to the file, as a run, and empties them. */
  #spill(kernel: Kernel): void {
    if (this.#runs === 0) this.#prepareSpilling(kernel);
    for (let shard = 0; shard < this.#shards; shard++) {
      const table = this.#table(kernel, shard);
      const places = getField(kernel, 'IdTable', table, 'places');
      const bytes = getField(kernel, 'IdTable', table, 'size') * kernel.constant('DUPLICATE_PLACE');
      this.#file.write(kernel.u8, places, bytes, this.#position(this.#runs, shard));
      kernel.fn.rememberIds(table, this.#runs);
      this.#spilled += getField(kernel, 'IdTable', table, 'used');
      kernel.u8.fill(kernel.constant('DUPLICATE_FREE'), places, places + bytes);
      setFields(kernel, 'IdTable', table, { used: 0 });
    }
    this.#runs++;
  }

  /** Makes all tables the largest size, so that all runs are alike. They reach it at about the same time anyway. */
  #prepareSpilling(kernel: Kernel): void {
    for (let shard = 0; shard < this.#shards; shard++) {
      while (this.#bytes(kernel, shard) < this.#tableBytes) this.#grow(kernel, shard);
    }
    for (let shard = 0; shard < this.#shards; shard++) {
      const bytes = this.#filterBytes - GUARD;
      const filter = kernel.arena.alloc(bytes);
      kernel.u8.fill(0, filter, filter + bytes);
      setFields(kernel, 'IdTable', this.#table(kernel, shard), { filter, words: bytes >>> 3 });
    }
  }

  /** Whether one of the runs has the row's id: a SPILLED_… of the kernel. */
  #lookInRuns(kernel: Kernel, shard: number): number {
    const { fn } = kernel;
    const no = kernel.constant('SPILLED_NO');
    for (let run = this.#runs; ; ) {
      run = fn.runBefore(this.#tables, run);
      if (run < 0) return no;
      const answer = this.#lookIn(kernel, run, shard);
      if (answer !== no) return answer;
    }
  }

  /** Reads places of a run until one has the id or is free. The first place follows the last one. */
  #lookIn(kernel: Kernel, run: number, shard: number): number {
    const { fn } = kernel;
    const size = getField(kernel, 'IdTable', this.#table(kernel, shard), 'size');
    const bytes = kernel.constant('DUPLICATE_PLACE');
    const position = this.#position(run, shard);
    for (let place = fn.firstPlace(this.#tables); ; ) {
      const count = Math.min(WINDOW, size - place);
      this.#file.read(kernel.u8, this.#window, count * bytes, position + place * bytes);
      const answer = fn.lookIn(this.#window, this.#window + count * bytes);
      if (answer !== kernel.constant('SPILLED_UNKNOWN')) return answer;
      place = place + count === size ? 0 : place + count;
    }
  }

  #position(run: number, shard: number): number {
    return (run * this.#shards + shard) * this.#tableBytes;
  }

  /** Gives a table new, empty places of this many bytes. */
  #place(kernel: Kernel, shard: number, bytes: number): void {
    const places = kernel.arena.alloc(bytes - GUARD);
    const size = Math.floor((bytes - GUARD) / kernel.constant('DUPLICATE_PLACE'));
    kernel.u8.fill(kernel.constant('DUPLICATE_FREE'), places, places + bytes - GUARD);
    setFields(kernel, 'IdTable', this.#table(kernel, shard), { places, size });
  }

  #bytes(kernel: Kernel, shard: number): number {
    const places = getField(kernel, 'IdTable', this.#table(kernel, shard), 'places');
    return kernel.arena.capacity(places) + (kernel.debug ? GUARD : 0);
  }

  #table(kernel: Kernel, shard: number): number {
    return this.#tables + shard * kernel.sizeOf('IdTable');
  }
}

function severalParsers(): ImportError {
  return new ImportError(
    'E_USAGE',
    'dedupe: expected the events of one parser, got those of several',
    { hint: 'Give all sources to one parser, one after another, or use convert.' },
  );
}

/** The largest power of two that is not more, but at least 64, the arena's smallest block. */
function powerOfTwo(most: number): number {
  return Math.max(64, 2 ** (31 - Math.clz32(most)));
}
