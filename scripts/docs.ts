// Writes docs/options.md. A test fails where the page does not match the tables of options.
import { writeFileSync } from 'node:fs';
import { optionsPage } from './options-page.ts';

// Compiled to dist/scripts, so the package's root is two folders up.
writeFileSync(new URL('../../docs/options.md', import.meta.url), optionsPage());
