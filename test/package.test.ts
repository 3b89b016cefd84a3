import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

interface Manifest {
  version: string;
  bin: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
  files: string[];
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

// Compiled to dist/test, so the package's root is two folders up.
const root = new URL('../../', import.meta.url);
const at = (path: string): string => fileURLToPath(new URL(path, root));
const readJson = (path: string): unknown => JSON.parse(readFileSync(at(path), 'utf8'));

const manifest = readJson('package.json') as Manifest;

test('every dependency is pinned to one exact version', (t) => {
  for (const [name, version] of Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  })) {
    t.match(version, /^\d+\.\d+\.\d+(-[\w.-]+)?$/, name);
  }
  t.end();
});

test('the lockfile agrees with the manifest', (t) => {
  const lock = readJson('package-lock.json') as { packages: Record<string, Manifest> };
  t.strictSame(lock.packages['']?.dependencies, manifest.dependencies);
  t.strictSame(lock.packages['']?.devDependencies, manifest.devDependencies);
  t.equal(lock.packages['']?.version, manifest.version);
  t.end();
});

const windows = { skip: process.platform === 'win32' ? 'Windows knows no such right' : false };

test('the command can be run as it is built, also by npx in a clone', windows, (t) => {
  for (const path of Object.values(manifest.bin)) t.ok(statSync(at(path)).mode & 0o100, path);
  t.end();
});

test('every target of exports is a file of the build', (t) => {
  for (const [name, target] of Object.entries(manifest.exports)) {
    for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
      t.ok(existsSync(at(path)), `${name} → ${path}`);
    }
  }
  t.end();
});

test('the command is a script with a shebang', (t) => {
  for (const [name, path] of Object.entries(manifest.bin)) {
    if (t.ok(existsSync(at(path)), `${name} → ${path}`)) {
      t.match(readFileSync(at(path), 'utf8'), /^#!\/usr\/bin\/env node\n/, 'shebang');
    }
  }
  t.end();
});

test('every entry of files exists, and both kernels were built', (t) => {
  // It is there only while the package is packed (scripts/shrinkwrap.mjs).
  const absent = (entry: string): boolean =>
    entry.startsWith('!') || entry.includes('*') || entry === 'npm-shrinkwrap.json';
  for (const path of manifest.files.filter((entry) => !absent(entry))) {
    t.ok(existsSync(at(path)), path);
  }
  for (const name of ['kernel.wasm', 'kernel.debug.wasm']) {
    const path = `dist/lib/kernel/${name}`;
    t.ok(existsSync(at(path)) && statSync(at(path)).size > 0, path);
  }
  t.end();
});

test('the debug kernel stays out of the package', (t) => {
  t.ok(manifest.files.includes('!dist/lib/kernel/*.debug.*'));
  t.end();
});
