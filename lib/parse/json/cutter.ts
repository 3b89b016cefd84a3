import { SPACE } from '../../ascii.ts';
import type { FieldName, Kernel } from '../../batch/kernel.ts';
import { type Fields, getField, setFields } from '../../batch/struct.ts';
import { ImportError } from '../../errors.ts';
import type { Path } from '../../mapping/path.ts';
import { asChunk, chunkOf } from '../../source/chunks.ts';
import { BLOCK_SIZE, type Block, type BlockCutter } from '../block.ts';
import { ElementBlocks } from './element-blocks.ts';
import { PathFinder } from './path-finder.ts';

/** Bytes that the kernel processes in one call. */
const SLICE = 1 << 20;
const BOM = [0xef, 0xbb, 0xbf] as const;
/** Up to this many bytes between two values at a path may become part of a block with both values. */
const MOST_BETWEEN = 4096;
/** Booleans in the kernel's fields. */
const [NO, YES] = [0, 1] as const;

export interface JsonCutterOptions {
  /** Longest event in bytes. Only the beginning of a longer event is kept. */
  maxLine: number;
  /** Bytes after which a block ends. Default 4 MiB. */
  blockSize?: number;
  /** Path of the events in the document. Absent or empty: the document itself. */
  path?: Path | undefined;
}

/**
 * Cuts JSON documents of any size into blocks of lines, one event per line. The events are the elements of an array,
 * or any other value itself. Documents may follow each other, pretty-printed or with nothing between them. With a
 * path, the array or value is the one at the path, and stream-json reads everything around it.
 *
 * The cutter does not check the events. The scanner reads them, and rejects those that are not JSON, as it does for
 * NDJSON. Errors in the document around the events end the run.
 */
export class JsonCutter implements BlockCutter {
  readonly copies = false;
  readonly #kernel: Kernel;
  readonly #options: JsonCutterOptions;
  readonly #state: number;
  readonly #in: number;
  readonly #out: number;
  #source = '';
  #blocks: ElementBlocks;
  #finder: PathFinder | undefined;
  /** Whether the finder reads the next byte. Otherwise the kernel does, inside a value or array. */
  #finding = false;
  /** Number of bytes that the finder has read since the last value, and these bytes while they are few. */
  #between = 0;
  #blanks: Uint8Array[] = [];
  /** Bytes of a byte order mark found so far; its full length once there can be no more. */
  #bom = 0;
  /** Offset of the next byte in the source. */
  #offset = 0;
  /** Line at which the array begins that the kernel is in. */
  #arrayLine = 0;

  constructor(kernel: Kernel, options: JsonCutterOptions) {
    const { arena } = kernel;
    this.#kernel = kernel;
    this.#options = options;
    this.#state = arena.alloc(kernel.sizeOf('Cutter'));
    this.#in = arena.alloc(SLICE);
    this.#out = arena.alloc(2 * SLICE + 1);
    this.#blocks = this.#newBlocks();
  }

  begin(source: string): void {
    const { path = [] } = this.#options;
    this.#source = source;
    this.#blocks = this.#newBlocks();
    this.#finder = path.length === 0 ? undefined : new PathFinder(source, path);
    this.#finding = this.#finder !== undefined;
    this.#between = 0;
    this.#blanks = [];
    this.#bom = this.#offset = 0;
    this.#kernel.u8.fill(0, this.#state, this.#state + this.#kernel.sizeOf('Cutter'));
    if (this.#finding) this.#set({ single: YES });
  }

  *push(given: Uint8Array): Generator<Block> {
    // The kernel's result overwrites the bytes, so they must belong to the cutter.
    const bytes = asChunk(given);
    this.#blankBom(bytes);
    for (let at = 0; at < bytes.length; ) {
      if (this.#finding) at = this.#find(bytes, at);
      else at += this.#cut(bytes, at);
      yield* this.#blocks.takeReady();
    }
  }

  *end(): Generator<Block> {
    if (this.#finding) this.#finder?.flush({ line: this.#get('lines') + 1, offset: this.#offset });
    if (this.#get('inArray') === YES) throw this.#truncated(`"]" at the end of the array`);
    if (this.#get('depth') > 0 || this.#get('inString') === YES || (this.#finder?.depth ?? 0) > 0) {
      throw this.#truncated('the end of the JSON document');
    }
    // Only a following byte ends a number. This space is not in the source, like every inserted byte.
    if (this.#get('hasValue') === YES) this.#cut(Uint8Array.of(SPACE), 0);
    this.#finder?.end();
    this.#blocks.close();
    yield* this.#blocks.takeReady();
  }

  destroy(): void {
    for (const block of [this.#state, this.#in, this.#out]) this.#kernel.arena.free(block);
  }

  #newBlocks(): ElementBlocks {
    return new ElementBlocks({ blockSize: BLOCK_SIZE, ...this.#options });
  }

  /** Lets the finder read from `at`; returns the index at which a value at the path begins, or the length. */
  #find(bytes: Uint8Array, at: number): number {
    const finder = this.#finder as PathFinder;
    const place = { line: this.#get('lines') + 1, offset: this.#offset };
    const next = finder.find(bytes, at, place);
    this.#offset = place.offset;
    this.#set({ lines: place.line - 1 });
    this.#finding = next === bytes.length;
    this.#between += next - at;
    if (this.#between <= MOST_BETWEEN) this.#blanks.push(bytes.slice(at, next));
    if (!this.#finding) this.#beginValue(place.line);
    return next;
  }

  /**
   * Begins a value at the path. A few bytes since the last value become part of the same block: otherwise, with one
   * document per line, each line would be a block.
   */
  #beginValue(line: number): void {
    if (this.#between > MOST_BETWEEN) this.#blocks.begin(this.#offset, line);
    else this.#blocks.addBlank(Buffer.concat(this.#blanks), line);
    this.#between = 0;
    this.#blanks = [];
  }

  /** Lets the kernel read from index `from`; returns the number of bytes that it has read. */
  #cut(chunk: Uint8Array, from: number): number {
    const { u8, fn } = this.#kernel;
    const slice = chunk.subarray(from, from + SLICE);
    const inPlace = this.#get('inArray') === YES;
    u8.set(slice, this.#in);
    this.#set({ out: this.#out });
    const stopped = fn.cutElements(this.#state, this.#in, this.#in + slice.length) >>> 0;
    const taken = stopped - this.#in;
    const bytes = inPlace ? this.#rewritten(chunk, taken) : this.#written();
    const ends = this.#get('ends');
    const isBlank = !inPlace && ends === 0 && this.#get('hasValue') === NO;
    this.#blocks.add({
      bytes,
      offset: this.#offset,
      ends,
      lastEnd: this.#get('lastEnd') - (inPlace ? this.#in : this.#out),
      lastEndLine: this.#get('lastEndLines') + 1,
      line: this.#get('lines') + 1,
      inserted: isBlank ? undefined : inPlace ? 0 : 1,
    });
    this.#offset += taken;
    this.#handleStop(slice, taken);
    return taken;
  }

  /** Returns what the kernel made of a chunk: in the chunk itself, or in a new one if it is only a part. */
  #rewritten(chunk: Uint8Array, taken: number): Uint8Array {
    const { u8 } = this.#kernel;
    const rewritten = u8.subarray(this.#in, this.#in + taken);
    if (taken < chunk.length) return chunkOf(rewritten);
    chunk.set(rewritten);
    return chunk;
  }

  /** Returns a copy of the lines that the kernel wrote. */
  #written(): Uint8Array {
    return chunkOf(this.#kernel.u8.subarray(this.#out, this.#get('out')));
  }

  /** Acts on the reason for which the kernel stopped, at index `at`. */
  #handleStop(slice: Uint8Array, at: number): void {
    switch (this.#get('stop')) {
      case this.#kernel.constant('STOP_ARRAY_BEGINS'):
        slice[at] = SPACE;
        this.#arrayLine = this.#get('lines') + 1;
        this.#set({ inArray: YES, hasValue: NO, afterComma: NO });
        break;
      case this.#kernel.constant('STOP_NO_ELEMENT'):
        throw this.#noValue(slice[at] as number);
      case this.#kernel.constant('STOP_ARRAY_ENDS'):
        if (this.#finder) this.#resumeFinder();
        break;
      case this.#kernel.constant('STOP_VALUE_ENDS'):
        if (this.#get('ends') === 0) throw this.#noValue(slice[at] as number);
        this.#resumeFinder();
        break;
    }
  }

  /** Lets the finder read on after a value. */
  #resumeFinder(): void {
    this.#finder?.skipValue();
    this.#finding = true;
  }

  /** Overwrites a byte order mark at the beginning with white space. */
  #blankBom(bytes: Uint8Array): void {
    for (let at = 0; this.#bom < BOM.length && at < bytes.length; at++) {
      if (bytes[at] !== BOM[this.#bom]) this.#bom = BOM.length;
      else {
        bytes[at] = SPACE;
        this.#bom++;
      }
    }
  }

  #get(field: FieldName<'Cutter'>): number {
    return getField(this.#kernel, 'Cutter', this.#state, field);
  }

  #set(fields: Fields<'Cutter'>): void {
    setFields(this.#kernel, 'Cutter', this.#state, fields);
  }

  #noValue(byte: number): ImportError {
    const got = JSON.stringify(String.fromCharCode(byte));
    return this.#error('E_INPUT_FORMAT', `expected a value, got ${got}`);
  }

  #truncated(expected: string): ImportError {
    const begin = this.#get('inArray') === YES ? ` that begins at line ${this.#arrayLine}` : '';
    return this.#error(
      'E_INPUT_TRUNCATED',
      `expected ${expected}${begin}, got the end of the input`,
    );
  }

  #error(code: 'E_INPUT_FORMAT' | 'E_INPUT_TRUNCATED', message: string): ImportError {
    const position = { source: this.#source, line: this.#get('lines') + 1, offset: this.#offset };
    return new ImportError(
      code,
      `${this.#source}, line ${position.line}, byte ${position.offset}: ${message}`,
      {
        hint:
          code === 'E_INPUT_TRUNCATED'
            ? 'The file was cut off, or is still being written. Fetch it again.'
            : 'Around its events, a JSON document must be complete and valid.',
        position,
      },
    );
  }
}
