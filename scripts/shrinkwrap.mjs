// Writes npm-shrinkwrap.json while the package is packed, so that an install has the versions that were tested:
// without it, npm chooses those of indirect dependencies. It is package-lock.json without what development takes.
// With --remove it goes again, because npm would use it here too.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

if (process.argv.includes('--remove')) {
  rmSync(at('npm-shrinkwrap.json'), { force: true });
} else {
  const lock = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
  const packages = Object.entries(lock.packages).filter(([, { dev }]) => !dev);
  const root = { ...lock.packages[''], devDependencies: undefined };
  const shipped = { ...lock, packages: { ...Object.fromEntries(packages), '': root } };
  writeFileSync(at('npm-shrinkwrap.json'), `${JSON.stringify(shipped, null, 2)}\n`);
}
