// The rules of the house: which rooms may import which, and how large a file may grow.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

// Compiled to dist/test, so the sources are two folders up; only they still have their type imports.
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** AssemblyScript, which has a compiler and a module resolution of its own; no other room imports its files. */
const KERNEL = 'lib/kernel/';
/** Files that are one long table. */
const TABLES: readonly string[] = [
  'lib/batch/kernel-exports.ts', // made from the kernel
  'lib/codes.ts',
  'lib/options/table.ts',
];
const MOST_LINES = 300;
const CLOUD_SDK = /^(?:@aws-sdk|@smithy|@google-cloud)\/|^google-auth-library$/;

interface SourceFile {
  text: string;
  /** What the file imports, type imports and `import()` included: paths of files, and names of packages. */
  imports: readonly string[];
}

// Also without `from`, and in `import('…')`.
const IMPORT = /\b(?:from|import)\s*\(?\s*'([^']+)'/g;

const FILES: ReadonlyMap<string, SourceFile> = new Map(
  ['lib', 'bin'].flatMap((room) =>
    readdirSync(posix.join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(room, name.replaceAll('\\', '/')))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, sourceFile(file)] as const),
  ),
);

function sourceFile(file: string): SourceFile {
  const text = readFileSync(posix.join(ROOT, file), 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, name = '']) =>
    name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
  );
  return { text, imports };
}

/** The files whose path begins with one of the prefixes. */
function filesIn(...prefixes: readonly string[]): [file: string, source: SourceFile][] {
  return [...FILES].filter(([file]) => prefixes.some((prefix) => file.startsWith(prefix)));
}

/** `a → b` for each import of the files that is forbidden. */
function arrows(
  files: readonly (readonly [string, SourceFile])[],
  isForbidden: (name: string) => boolean,
): string[] {
  return files.flatMap(([file, { imports }]) =>
    imports.filter(isForbidden).map((name) => `${file} → ${name}`),
  );
}

/** The groups of files that import each other, directly or through others (Tarjan's algorithm). */
function circles(files: ReadonlyMap<string, SourceFile>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    let low = order.size - 1;
    stack.push(file);
    for (const name of files.get(file)?.imports ?? []) {
      if (!files.has(name)) continue;
      if (!order.has(name)) low = Math.min(low, visit(name));
      else if (stack.includes(name)) low = Math.min(low, order.get(name) as number);
    }
    lowest.set(file, low);
    if (low === order.get(file)) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || files.get(file)?.imports.includes(file)) found.push(group.sort());
    }
    return low;
  };
  for (const file of files.keys()) if (!order.has(file)) visit(file);
  return found;
}

t.test('the search finds files, imports and circles', async (t) => {
  t.ok(FILES.get('lib/store/clouds.ts')?.imports.includes('lib/store/s3/store.ts'), 'import()');
  t.ok(FILES.get('lib/store/clouds.ts')?.imports.includes('lib/store/cloud.ts'), 'import type');
  t.ok(
    FILES.get('lib/store/s3/client.ts')?.imports.some((name) => CLOUD_SDK.test(name)),
    'SDK',
  );
  const file = (...imports: string[]): SourceFile => ({ text: '', imports });
  const graph = { a: file('b'), b: file('c', 'd'), c: file('a'), d: file('e'), e: file('e') };
  t.strictSame(circles(new Map(Object.entries(graph))), [['e'], ['a', 'b', 'c']]);
});

t.test('no import circle, type imports included', async (t) => {
  const files = new Map([...FILES].filter(([file]) => !file.startsWith(KERNEL)));
  t.strictSame(circles(files), []);
});

t.test('the library does not import the command', async (t) => {
  const isCommand = (name: string): boolean => name.startsWith('bin/');
  t.strictSame(arrows(filesIn('lib/'), isCommand), []);
});

t.test('what works on batches knows no store and no cloud', async (t) => {
  const rooms = filesIn(KERNEL, 'lib/batch/', 'lib/parse/', 'lib/record/', 'lib/parquet/');
  const isStore = (name: string): boolean => name.startsWith('lib/store/') || CLOUD_SDK.test(name);
  t.strictSame(arrows(rooms, isStore), []);
});

t.test('a cloud’s SDK is imported in the folder of that cloud only', async (t) => {
  const others = [...FILES].filter(([file]) => !/^lib\/store\/[^/]+\//.test(file));
  t.strictSame(
    arrows(others, (name) => CLOUD_SDK.test(name)),
    [],
  );
});

t.test('a cloud’s folder is imported by the registry and the options only', async (t) => {
  const cloudOf = (file: string): string | undefined =>
    /^lib\/store\/(?!(?:local|connection)\/)([^/]+)\//.exec(file)?.[1];
  const users = /^lib\/(?:store\/(?:clouds|options)|index)\.ts$/;
  const found = filesIn('lib/', 'bin/')
    .filter(([file]) => !users.test(file))
    .flatMap((each) =>
      arrows([each], (name) => cloudOf(name) !== undefined && cloudOf(name) !== cloudOf(each[0])),
    );
  t.strictSame(found, []);
  t.equal(cloudOf('lib/store/gcs/store.ts'), 'gcs', 'the search finds a cloud');
});

t.test('only the public API and the whole job import the links', async (t) => {
  const others = [...FILES].filter(
    ([file]) => !file.startsWith('lib/streams/') && !/^lib\/(?:index|convert)\.ts$/.test(file),
  );
  t.strictSame(
    arrows(others, (name) => name.startsWith('lib/streams/')),
    [],
  );
});

t.test('a Transform is made in lib/streams only', async (t) => {
  const makers = [...FILES]
    .filter(([, { text }]) => /\b(?:new|extends) (?:stream\.)?Transform\b/.test(text))
    .map(([file]) => file);
  t.strictSame(
    makers.filter((file) => !file.startsWith('lib/streams/')),
    [],
  );
  t.ok(makers.length > 0, 'the search finds one');
});

t.test(`no file has more than ${MOST_LINES} lines, except tables`, async (t) => {
  const long = [...FILES]
    .filter(([, { text }]) => text.split('\n').length - 1 > MOST_LINES)
    .map(([file]) => file);
  t.strictSame(long.sort(), TABLES);
});
