import type { Format } from '../format.ts';

/** An object a line. */
export const NDJSON: Format<'ndjson'> = {
  name: 'ndjson',
  ending: /\.(ndjson|jsonl|jsonlines|ldjson)$/i,
  // What is nothing else: its lines are rejected with their reason.
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
