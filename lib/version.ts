import { readFileSync } from 'node:fs';

// package.json stands beside dist/, and this code in a folder of dist/.
const manifest = new URL('../../package.json', import.meta.url);

/** Version of this package. */
export const version: string = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string })
  .version;
