import { RunCounters } from '../../run-counters.ts';
import { releaseChunk } from '../../source/chunks.ts';
import { decode } from '../../source/compression/decode.ts';
import type { FileRecord } from '../../source/input-file.ts';
import { readSmallFile } from '../../source/small-file.ts';
import type { Source } from '../../source/source.ts';
import { type BlockResult, emptyResult } from '../block-result.ts';
import { Blocks } from '../blocks.ts';
import type { WorkOptions } from '../options.ts';
import type { Work } from '../work.ts';
import type { StoredBytes } from './stored-bytes.ts';

/** The source that is a small file, or whose stored bytes come from the main thread. */
export function sourceOf(
  { name, size }: Pick<Source, 'name' | 'size'>,
  from: FileRecord | StoredBytes,
): Source {
  const bytes = 'read' in from ? from.read() : bytesOf(from);
  return { name, size, bytesRead: 0, open: () => decode(name, bytes, size) };
}

async function* bytesOf(file: FileRecord): AsyncGenerator<Uint8Array> {
  yield readSmallFile(file);
}

/**
 * Decompresses, cuts and parses a source in the thread that calls this. Yields its results: one for each block, or
 * several.
 */
export async function* wholeSource(
  work: Work,
  options: WorkOptions,
  source: Source,
): AsyncGenerator<BlockResult, void, undefined> {
  const counters = new RunCounters();
  const blocks = new Blocks(options, counters);
  let lines = 0;
  let bytes = 0;
  // Each result waits for the next one, because only the last one is marked.
  let waiting: BlockResult | undefined;
  const take = (result: BlockResult, last: boolean): BlockResult => {
    const before = bytes;
    bytes = counters.bytesIn;
    return { ...result, lines: 0, last, bytes: bytes - before };
  };
  for await (const next of blocks.of(source, undefined)) {
    if (!work.isLoaded(next.format)) await work.load(next.format);
    const linesBefore = next.block.line === undefined ? lines : 0;
    for (const result of work.process(source.name, next)) {
      if (waiting !== undefined) yield take(waiting, false);
      waiting = { ...result, linesBefore };
      lines += result.lines;
    }
    next.block.pieces.forEach(releaseChunk);
  }
  yield take(waiting ?? emptyResult(), true);
}
