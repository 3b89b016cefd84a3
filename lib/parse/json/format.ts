import type { Format } from '../format.ts';
import { isDocument } from './detect.ts';

/** Arrays of events, values one after the other, or what a path leads to. */
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
  // The cutter makes each event a line.
  async blockParser(...args) {
    return new (await import('../ndjson/block-parser.ts')).LineBlockParser(...args);
  },
};
