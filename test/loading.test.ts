// What takes long to load is loaded when it is needed: no chain of static imports leads to it.
import { readFileSync } from 'node:fs';
import { test } from 'tap';

const IMPORT = /^(?:import|export)\s(?:[^'"]*?from\s*)?['"]([^'"]+)['"]/gm;

/** The packages that a module of ours loads with it, each with the module that names it. */
function loadedWith(file: string): Map<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const waiting = [new URL(`../${file}`, import.meta.url)];
  for (const url of waiting) {
    if (seen.has(url.href)) continue;
    seen.add(url.href);
    for (const [, name = ''] of readFileSync(url, 'utf8').matchAll(IMPORT)) {
      if (name.startsWith('.')) waiting.push(new URL(name, url));
      else if (!name.startsWith('node:')) packages.set(name, url.pathname);
    }
  }
  return packages;
}

test('the command loads no more for help than its flags', (t) => {
  t.strictSame([...loadedWith('bin/hackle-import.js').keys()].sort(), ['commander', 'picocolors']);
  t.end();
});

test('a job loads no cloud, archive, table, document or check of mappings before it needs them', (t) => {
  const packages = loadedWith('lib/convert.js');
  t.ok(packages.has('p-limit'), 'the search finds packages');
  const later = ['csv-parse', 'stream-json/core/parser.js', 'zod', 'yauzl'];
  for (const name of [...later, '@aws-sdk/client-s3', '@google-cloud/storage']) {
    t.notOk(packages.has(name), `${name} ${packages.get(name) ?? ''}`);
  }
  t.end();
});

test('a worker thread loads no package', (t) => {
  t.strictSame(loadedWith('lib/engine/threads/worker.js'), new Map());
  t.end();
});
