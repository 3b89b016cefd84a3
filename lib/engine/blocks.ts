import type { Block } from '../parse/block.ts';
import { fileFormat, formattedText } from '../parse/detect.ts';
import { Cutters } from '../parse/formats.ts';
import { fileBlocks } from '../parse/ndjson/file-blocks.ts';
import type { RunCounters } from '../run-counters.ts';
import { releaseChunk } from '../source/chunks.ts';
import { evenChunks } from '../source/even-chunks.ts';
import type { PlainFile } from '../source/plain-file.ts';
import type { Source } from '../source/source.ts';
import type { WorkOptions } from './threads/protocol.ts';

/** Sources → blocks for any thread. Files that threads read themselves stay open while they do. */
export class Blocks {
  readonly #options: WorkOptions;
  readonly #counters: RunCounters;
  readonly #cutters: Cutters;
  readonly #files = new Map<Source, PlainFile>();

  /** @param counters counts the bytes */
  constructor(options: WorkOptions, counters: RunCounters) {
    this.#options = options;
    this.#counters = counters;
    this.#cutters = new Cutters(options);
  }

  /** The blocks of a source; if it gives any, `done` is to be called when they are worked off. */
  async *of(
    source: Source,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Block, void, undefined> {
    const file = await this.#fileOfLines(source);
    yield* file === undefined ? this.#cut(source, signal) : this.#fileBlocks(source, file, signal);
  }

  /** Nobody reads the source any more. */
  async done(source: Source): Promise<void> {
    const file = this.#files.get(source);
    this.#files.delete(source);
    await file?.close();
  }

  /** Nobody reads anything any more. */
  async end(): Promise<void> {
    await Promise.all([...this.#files.keys()].map((source) => this.done(source)));
  }

  async #fileOfLines(source: Source): Promise<PlainFile | undefined> {
    const file = await source.plainFile?.();
    if (file === undefined) return undefined;
    this.#files.set(source, file);
    if ((await fileFormat(source.name, file, this.#options)) === 'ndjson') return file;
    await this.done(source);
    return undefined;
  }

  async *#fileBlocks(
    source: Source,
    file: PlainFile,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Block, void, undefined> {
    let isEmpty = true;
    for await (const block of fileBlocks(file)) {
      signal?.throwIfAborted();
      isEmpty = false;
      this.#counters.bytesIn += block.file.end - block.offset;
      yield block;
    }
    if (isEmpty) await this.done(source);
  }

  async *#cut(
    source: Source,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Block, void, undefined> {
    const { format, chunks } = await formattedText(source.name, source.open(signal), this.#options);
    const cutter = await this.#cutters.of(format);
    cutter.begin(source.name);
    for await (const chunk of evenChunks(chunks)) {
      this.#counters.bytesIn += chunk.length;
      yield* cutter.push(chunk);
      if (cutter.copies) releaseChunk(chunk);
    }
    yield* cutter.end();
  }
}
