// Writes docs/options.md and docs/presets.md. Tests fail where a page does not match what it is made from.
import { writeFileSync } from 'node:fs';
import { optionsPage } from './options-page.ts';
import { presetsPage } from './presets-page.ts';

// Compiled to dist/scripts, so the package's root is two folders up.
writeFileSync(new URL('../../docs/options.md', import.meta.url), optionsPage());
writeFileSync(new URL('../../docs/presets.md', import.meta.url), presetsPage());
