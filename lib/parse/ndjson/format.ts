import type { Format } from '../format.ts';

/** One JSON object per line. */
export const NDJSON: Format<'ndjson'> = {
  name: 'ndjson',
  ending: /\.(ndjson|jsonl|jsonlines|ldjson)$/i,
  // The last format of the table: lines of any other text are rejected one by one, each with a reason.
  detect: () => true,
  async cutter(options) {
    if (options.continuous) return new (await import('./chunk-cutter.ts')).ChunkCutter();
    return new (await import('./cutter.ts')).LineCutter(options);
  },
  async blockParser(...args) {
    return new (await import('./block-parser.ts')).LineBlockParser(...args);
  },
  async *fileBlocks(file) {
    yield* (await import('./file-blocks.ts')).fileBlocks(file);
  },
};
