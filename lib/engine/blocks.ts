import type { BlockCutter } from '../parse/block.ts';
import { fileFormat, formattedText, type RequestedFormat } from '../parse/detect.ts';
import type { CutterOptions } from '../parse/format.ts';
import { formatOf, type TextFormat } from '../parse/formats.ts';
import type { RunCounters } from '../run-counters.ts';
import { releaseChunk } from '../source/chunks.ts';
import { evenChunks } from '../source/even-chunks.ts';
import type { PlainFile } from '../source/plain-file.ts';
import type { Source } from '../source/source.ts';
import type { FormattedBlock } from './work.ts';

type BlocksOptions = RequestedFormat & CutterOptions;

/** A file whose format allows cutting it into blocks without reading all of it; parsers read the blocks from it. */
interface FileOfBlocks {
  format: TextFormat;
  file: PlainFile;
}

/**
 * Sources → blocks, each with its format. A plain file of a suitable format is cut into blocks without bytes,
 * which the threads read themselves; it stays open until `end`. All other sources are read here.
 */
export class Blocks {
  readonly #options: BlocksOptions;
  readonly #counters: RunCounters;
  readonly #cutters = new Map<TextFormat, BlockCutter>();
  readonly #files = new Map<Source, PlainFile>();

  /** @param counters counts the bytes that go into blocks */
  constructor(options: BlocksOptions, counters: RunCounters) {
    this.#options = options;
    this.#counters = counters;
  }

  /** Yields the blocks of a source. Call `end` once all of them are processed. */
  async *of(
    source: Source,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FormattedBlock, void, undefined> {
    const file = this.#options.continuous ? undefined : await this.#fileOf(source);
    yield* file === undefined ? this.#cut(source, signal) : this.#fromFile(file, signal);
  }

  /**
   * Ends a source whose blocks are all processed: if they were read from a file, checks it and closes it.
   *
   * @throws ImportError E_INPUT_CHANGED
   */
  async end(source: Source): Promise<void> {
    await this.#files.get(source)?.assertUnchanged();
    await this.#release(source);
  }

  async #release(source: Source): Promise<void> {
    const file = this.#files.get(source);
    this.#files.delete(source);
    await file?.close();
  }

  /** Closes all files that are still open. */
  async close(): Promise<void> {
    await Promise.all([...this.#files.keys()].map((source) => this.#release(source)));
  }

  async #fileOf(source: Source): Promise<FileOfBlocks | undefined> {
    const file = await source.plainFile?.();
    if (file === undefined) return undefined;
    this.#files.set(source, file);
    const format = await fileFormat(source.name, file, this.#options);
    if (formatOf(format).fileBlocks !== undefined) return { format, file };
    await this.#release(source);
    return undefined;
  }

  async *#fromFile(
    { format, file }: FileOfBlocks,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FormattedBlock, void, undefined> {
    for await (const block of formatOf(format).fileBlocks?.(file) ?? []) {
      signal?.throwIfAborted();
      this.#counters.bytesIn += (block.file?.end ?? block.offset) - block.offset;
      yield { format, block };
    }
  }

  async *#cut(
    source: Source,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<FormattedBlock, void, undefined> {
    const { format, chunks } = await formattedText(source.name, source.open(signal), this.#options);
    const cutter = await this.#cutter(format);
    cutter.begin(source.name);
    // For threads, blocks must not depend on how a pipe, a server or a decompressor cuts its chunks.
    for await (const chunk of this.#options.continuous ? chunks : evenChunks(chunks)) {
      this.#counters.bytesIn += chunk.length;
      for (const block of cutter.push(chunk)) yield { format, block };
      if (cutter.copies) releaseChunk(chunk);
    }
    for (const block of cutter.end()) yield { format, block };
  }

  async #cutter(format: TextFormat): Promise<BlockCutter> {
    const cutter = this.#cutters.get(format) ?? (await formatOf(format).cutter(this.#options));
    this.#cutters.set(format, cutter);
    return cutter;
  }
}
