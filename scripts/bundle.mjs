// Puts the modules of the command and of its threads into fewer files, beside each other in dist/bin: to load each of
// 200 modules by itself took a sixth of the processor time of a small import. Packages stay outside; what a run may
// not need stays in files of its own. Programs that import the library load its modules from dist/lib.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = join(root, 'dist/bin');

for (const name of readdirSync(bin)) if (name.startsWith('chunk-')) rmSync(join(bin, name));
const bundle = await rolldown({
  input: {
    // The sources, because the compiled command is overwritten.
    'hackle-import': join(root, 'bin/hackle-import.ts'),
    worker: join(root, 'lib/engine/threads/worker.ts'),
  },
  platform: 'node',
  external: /^[^./]/,
});
await bundle.write({ dir: bin, format: 'esm', chunkFileNames: 'chunk-[hash].js' });
await bundle.close();
