// Builds tap with the plugins that .taprc names, so that `npx tap FILE` works. tap keeps them compiled in
// node_modules, and a fresh install has all of them: the one for TypeScript breaks every test with TypeScript 7.
// Runs after `npm ci` in a clone (`prepare`), not where the package is installed as a dependency.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const inPackage = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const built = inPackage('node_modules/@tapjs/test/test-built/dist/esm/index.js');

// Without development dependencies there is no tap, and nothing to build.
if (existsSync(built) && readFileSync(built, 'utf8').includes('"@tapjs/typescript"')) {
  const { status } = spawnSync(
    process.execPath,
    [inPackage('node_modules/tap/dist/esm/run.mjs'), 'build'],
    {
      cwd: inPackage('.'),
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
}
