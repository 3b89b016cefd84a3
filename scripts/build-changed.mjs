// Builds what changed: the kernel if a source of it is newer than its WebAssembly, and changed TypeScript. Unlike
// `npm run build` it leaves compiled files whose sources are gone.
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('../', import.meta.url)));

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
const KERNEL = 'lib/kernel';
const sources = readdirSync(KERNEL, { recursive: true }).map((name) => join(KERNEL, name));
const built = Math.min(
  ...['dist/lib/kernel/kernel.wasm', 'dist/lib/kernel/kernel.debug.wasm'].map(
    (path) => modified(path) ?? 0,
  ),
);
const isChanged = [...sources, 'lib/codes.ts'].some((path) => modified(path) > built);
try {
  if (isChanged) execSync('npm run build:kernel', { stdio: 'inherit' });
  execSync('npm run build:ts', { stdio: 'inherit' });
} catch {
  // It said what is wrong.
  process.exitCode = 1;
}
