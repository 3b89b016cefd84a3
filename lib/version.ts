import { readFileSync } from 'node:fs';

// package.json stands beside dist/, whose lib/ this is.
const manifest = new URL('../../package.json', import.meta.url);

/** Version of this package. */
export const version: string = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string })
  .version;
