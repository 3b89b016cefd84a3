import type { Format } from '../format.ts';
import { isDocument } from './detect.ts';

/** JSON documents: arrays of events, events one after another, or documents with the events at a path. */
export const JSON_DOCUMENTS: Format<'json'> = {
  name: 'json',
  ending: /\.json$/i,
  detect: ({ text, isWhole, byName }) => {
    if (text.startsWith('[')) return true;
    return text.startsWith('{') ? isDocument(text, isWhole, byName === 'json') : byName === 'json';
  },
  async cutter(options) {
    const [{ Kernel }, { JsonCutter }] = await Promise.all([
      import('../../batch/kernel.ts'),
      import('./cutter.ts'),
    ]);
    return new JsonCutter(new Kernel(), options);
  },
  // The cutter writes each event as one line.
  async blockParser(...args) {
    return new (await import('../ndjson/block-parser.ts')).LineBlockParser(...args);
  },
};
