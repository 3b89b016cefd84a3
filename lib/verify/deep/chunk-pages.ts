import { crc32 } from '@node-rs/crc32';
import type { Kernel } from '../../batch/kernel.ts';
import { Room } from '../../batch/room.ts';
import { Decompressor } from '../../parquet/decompress.ts';
import type { ChunkFooter } from '../../parquet/file-footer.ts';
import {
  encodingName,
  type PageEncoding,
  type PageHeader,
  readPageHeader,
} from '../../parquet/page.ts';
import { dataPageHeader, dictionaryPageHeader } from '../../parquet/page-header.ts';
import { Damage } from './damage.ts';
import type { FileWindow } from './file-window.ts';

/** Enough for most headers; those with statistics of long texts take more. */
const HEADER = 256;
const LONGEST_HEADER = 1 << 20;
/** Larger pages are not decompressed: a damaged header may say anything. Pages usually have 1 MiB. */
const LARGEST_PAGE = 512 << 20;
const MOST_VALUES = 1 << 26;

/** A page whose body is decompressed, in linear memory. */
export interface ChunkPage {
  kind: 'dictionary' | 'data';
  encoding: Exclude<PageEncoding, 'other'>;
  values: number;
  body: number;
  end: number;
  /** Of a page of version 2: the bytes of its levels, which have no length before them. */
  levels: { repetition: number; definition: number } | undefined;
}

/** Reads the pages of column chunks, one after another; each is valid until the next of its kind. */
export class PageReader {
  readonly #kernel: Kernel;
  readonly #decompressor: Decompressor;
  readonly #rooms: { dictionary: Room; data: Room };

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#decompressor = new Decompressor(kernel);
    this.#rooms = { dictionary: new Room(kernel), data: new Room(kernel) };
  }

  /**
   * Yields the pages of a chunk, and checks that they are what the footer says.
   *
   * @param isOurs whether this program wrote the file
   * @throws Damage
   */
  async *pages(window: FileWindow, chunk: ChunkFooter, isOurs: boolean): AsyncGenerator<ChunkPage> {
    const end = chunk.start + chunk.compressed;
    let at = chunk.start;
    let values = 0;
    let raw = 0;
    let dataPages = 0;
    for (let index = 0; at < end; index++) {
      const header = await readHeader(window, at, end);
      checkHeader(header, { at, end, index }, chunk);
      if (isOurs && !isAsWritten(header, await window.read(at, header.size))) {
        throw new Damage('page', `some bytes of the header of the page at byte ${at} are damaged`);
      }
      const body = await window.read(at + header.size, header.compressed);
      const begin = at;
      at += header.size + header.compressed;
      raw += header.size + header.uncompressed;
      if (header.kind === 'data') {
        if (++dataPages === 1 && begin !== chunk.data) {
          throw new Damage(
            'place',
            `the footer says that values begin at byte ${chunk.data}, they do at ${begin}`,
          );
        }
        values += header.values;
      }
      if (header.kind !== 'other') yield this.#page(header, body, chunk);
    }
    if (values !== chunk.values) {
      throw new Damage('count', `the footer counts ${chunk.values} values, the pages ${values}`);
    }
    if (chunk.pages !== undefined && chunk.pages !== dataPages) {
      throw new Damage('count', `the footer counts ${chunk.pages} pages, there are ${dataPages}`);
    }
    if (raw !== chunk.uncompressed) {
      throw new Damage('count', `the footer counts ${chunk.uncompressed} bytes, the pages ${raw}`);
    }
  }

  #page(header: PageHeader, body: Buffer, { codec = '' }: ChunkFooter): ChunkPage {
    const { kind, encoding, values, uncompressed, v2, crc } = header;
    if (crc !== undefined && crc32(body) !== crc) {
      throw new Damage('page', `the CRC of a page is ${crc}, that of its bytes ${crc32(body)}`);
    }
    if (encoding === 'other' || kind === 'other') {
      throw new Damage('unread', `values are not read: encoding ${header.encodingNumber}`);
    }
    const plain = v2 === undefined ? 0 : v2.repetition + v2.definition;
    if (plain > Math.min(uncompressed, body.length)) {
      throw new Damage('page', 'the levels are longer than their page');
    }
    const to = this.#rooms[kind].fit(uncompressed + this.#kernel.constant('DECODE_SLACK'));
    this.#kernel.u8.set(body.subarray(0, plain), to);
    const packed = v2?.isCompressed === false ? 'UNCOMPRESSED' : codec;
    const isRight = this.#decompressor.decompress(
      packed,
      body.subarray(plain),
      to + plain,
      uncompressed - plain,
    );
    if (isRight === undefined) {
      const newer = codec === 'ZSTD' ? ', which takes Node 22.15 or newer' : '';
      throw new Damage('unread', `values are not read: codec ${codec}${newer}`);
    }
    if (!isRight)
      throw new Damage('page', `a page of ${body.length} bytes is not ${codec} of ${uncompressed}`);
    return { kind, encoding, values, body: to, end: to + uncompressed, levels: v2 };
  }
}

async function readHeader(window: FileWindow, at: number, end: number): Promise<PageHeader> {
  for (let length = HEADER; ; length *= 16) {
    const bytes = await window.read(at, Math.min(length, end - at));
    try {
      return readPageHeader(bytes);
    } catch {
      if (bytes.length < end - at && length < LONGEST_HEADER) continue;
      throw new Damage('page', `the header of the page at byte ${at} cannot be read`);
    }
  }
}

/**
 * Whether the header of a page of this program has the very bytes that it writes. Readers skip fields that they do not
 * know, and fail at some of what others skip.
 */
function isAsWritten(header: PageHeader, bytes: Buffer): boolean {
  const { kind, encoding } = header;
  const written =
    kind === 'dictionary'
      ? dictionaryPageHeader(header)
      : dataPageHeader(header, encoding === 'plain');
  return written.equals(bytes);
}

/** Checks what a header says, before memory is taken for it. */
function checkHeader(
  { kind, size, compressed, uncompressed, values, encoding, encodingNumber }: PageHeader,
  { at, end, index }: { at: number; end: number; index: number },
  chunk: ChunkFooter,
): void {
  if (at + size + compressed > end) {
    throw new Damage(
      'page',
      `the page at byte ${at} has ${compressed} bytes, which end after its column, at ${end}`,
    );
  }
  if (uncompressed > Math.min(chunk.uncompressed, LARGEST_PAGE)) {
    throw new Damage(
      'page',
      `the page at byte ${at} has ${uncompressed} uncompressed bytes, its column ${chunk.uncompressed}`,
    );
  }
  if (kind === 'dictionary' && index > 0) {
    throw new Damage(
      'dictionary',
      `the page at byte ${at} is a dictionary, but not the first page`,
    );
  }
  if (kind === 'data' && values > Math.min(chunk.values, MOST_VALUES)) {
    throw new Damage(
      'count',
      `the page at byte ${at} has ${values} values, its column ${chunk.values}`,
    );
  }
  const name = encodingName(encodingNumber);
  if (kind === 'data' && encoding !== 'other' && !chunk.encodings.includes(name)) {
    throw new Damage(
      'codec',
      `the page at byte ${at} has the encoding ${name}, which the footer does not name`,
    );
  }
}
