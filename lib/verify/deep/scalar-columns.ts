import type { Kernel } from '../../batch/kernel.ts';
import { Room } from '../../batch/room.ts';
import { getField } from '../../batch/struct.ts';
import { DECIMAL_BYTES } from '../../parquet/columns.ts';
import type { ChunkFooter } from '../../parquet/file-footer.ts';
import { MS_PER_DAY, parseDay } from '../../route/by-day.ts';
import type { Note } from '../finding.ts';
import { timeText } from '../statistics-check.ts';
import type { ChunkPage } from './chunk-pages.ts';
import { Damage } from './damage.ts';
import { decodeIndices } from './text-leaf.ts';

const TIME_BYTES = 8;

/** The least and greatest number of a chunk, as the footer has them. */
interface Extremes {
  min: number | undefined;
  max: number | undefined;
}

/** Reads columns of numbers, which are `ts` and `metric_value`. */
export class NumberColumns {
  readonly #kernel: Kernel;
  readonly #result: number;
  readonly #indices: Room;
  readonly #values: Room;
  readonly #slots: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#result = kernel.arena.alloc(kernel.sizeOf('Numbers'));
    this.#slots = kernel.arena.alloc(4 * kernel.constant('DAY_SLOTS'));
    this.#indices = new Room(kernel);
    this.#values = new Room(kernel);
  }

  /** Checks the times of a chunk; adds how many there are in each quarter of an hour of the day. */
  async times(
    pages: AsyncIterable<ChunkPage>,
    chunk: ChunkFooter,
    day: string,
    slots: Uint32Array,
    note: Note,
  ): Promise<void> {
    const { fn } = this.#kernel;
    const begin = parseDay(day) * MS_PER_DAY;
    const count = this.#kernel.constant('DAY_SLOTS');
    this.#kernel.u8.fill(0, this.#slots, this.#slots + 4 * count);
    const extremes = await this.#read(
      pages,
      TIME_BYTES,
      note,
      (from, values) => {
        fn.checkTimes(from, values, BigInt(begin), this.#slots, this.#result);
        const wrong = this.#get('wrong');
        if (wrong > 0) {
          const first = this.#get('firstWrong');
          const time = timeText(this.#time(from + first * TIME_BYTES));
          return {
            code: 'ts_day',
            first,
            message: `${wrong} events are outside their day, the first at ${time}`,
          };
        }
        return undefined;
      },
      (at) => this.#time(at),
    );
    const own = this.#kernel.u32.subarray(this.#slots >>> 2, (this.#slots >>> 2) + count);
    own.forEach((events, slot) => {
      slots[slot] = (slots[slot] as number) + events;
    });
    compare(extremes, chunk, timeText, note);
  }

  /** Checks the decimals of a chunk. */
  async decimals(pages: AsyncIterable<ChunkPage>, chunk: ChunkFooter, note: Note): Promise<void> {
    const { fn } = this.#kernel;
    const extremes = await this.#read(
      pages,
      DECIMAL_BYTES,
      note,
      (from, values) => {
        fn.checkDecimals(from, values, this.#result);
        const wrong = this.#get('wrong');
        const first = this.#get('firstWrong');
        return wrong === 0
          ? undefined
          : { code: 'decimal', first, message: `${wrong} values have more than 24 digits` };
      },
      (at) => this.#decimal(at),
    );
    compare(extremes, chunk, String, note);
  }

  /** Reads the values of all pages, as they are or by their indices. @throws Damage */
  async #read(
    pages: AsyncIterable<ChunkPage>,
    width: number,
    note: Note,
    check: (
      from: number,
      values: number,
    ) => { code: 'ts_day' | 'decimal'; first: number; message: string } | undefined,
    valueAt: (address: number) => number,
  ): Promise<Extremes> {
    const extremes: Extremes = { min: undefined, max: undefined };
    let dictionary: ChunkPage | undefined;
    let row = 0;
    for await (const page of pages) {
      if (page.kind === 'dictionary' || page.encoding === 'plain') {
        if (page.end - page.body !== page.values * width) {
          throw new Damage(
            'page',
            `a page of ${page.values} values has ${page.end - page.body} bytes, not ${width} each`,
          );
        }
      }
      if (page.kind === 'dictionary') {
        dictionary = page;
        continue;
      }
      if (page.values === 0) continue;
      const from = page.encoding === 'plain' ? page.body : this.#gather(page, dictionary, width);
      const wrong = check(from, page.values);
      if (wrong !== undefined) note(wrong.code, wrong.message, { row: row + wrong.first });
      const [min, max] = [valueAt(this.#get('min')), valueAt(this.#get('max'))];
      if (extremes.min === undefined || min < extremes.min) extremes.min = min;
      if (extremes.max === undefined || max > extremes.max) extremes.max = max;
      row += page.values;
    }
    return extremes;
  }

  #gather(page: ChunkPage, dictionary: ChunkPage | undefined, width: number): number {
    const count = page.values;
    const asked = { from: page.body, count, size: dictionary?.values };
    const indices = decodeIndices(this.#kernel, this.#indices, page, asked);
    const to = this.#values.fit(count * width);
    const { body } = dictionary as ChunkPage; // indices are checked against it
    this.#kernel.fn.gather(body, width, indices, count, to);
    return to;
  }

  #time(address: number): number {
    return Number(this.#kernel.bytes.readBigInt64LE(address));
  }

  /** Makes the number that hyparquet makes of a decimal of the footer. */
  #decimal(address: number): number {
    const hex = this.#kernel.bytes.toString('hex', address, address + DECIMAL_BYTES);
    return Number(BigInt.asIntN(DECIMAL_BYTES * 8, BigInt(`0x${hex}`))) * 10 ** -6;
  }

  #get(field: 'min' | 'max' | 'wrong' | 'firstWrong'): number {
    return getField(this.#kernel, 'Numbers', this.#result, field);
  }
}

function compare(
  { min, max }: Extremes,
  chunk: ChunkFooter,
  text: (value: number) => string,
  note: Note,
): void {
  for (const [name, found, said] of [
    ['min', min, chunk.min],
    ['max', max, chunk.max],
  ] as const) {
    if (found === undefined || said === undefined || found === Number(said)) continue;
    note(
      'statistics',
      `the footer's ${name} is ${text(Number(said))}, that of the values ${text(found)}`,
    );
  }
}
