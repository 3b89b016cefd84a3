// The package as its users get it: packed, unpacked where npm would put it, run, imported, type-checked.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { inPackage, run } from './support/command.ts';
import { pack } from './support/packed.ts';
import { days } from './support/read-parquet.ts';
import { tempFolder } from './support/temp.ts';

interface Manifest {
  name: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
}

/** What a lock file says of each package, by its path. */
function lockedIn(
  file: string,
): Record<string, { dev?: boolean; dependencies?: object } | undefined> {
  return (JSON.parse(readFileSync(file, 'utf8')) as { packages: ReturnType<typeof lockedIn> })
    .packages;
}

const EVENTS = inPackage('samples/events.ndjson');

/**
 * Unpacks the tarball into a project's node_modules. Beside it are only the packages that the manifest
 * names as dependencies, as links: what is missing there cannot be found. (A real `npm install`, which
 * needs the registry, is done by `npm run test:interop`.)
 */
function installInto(project: string, tarball: string): string {
  const modules = join(project, 'node_modules');
  const folder = join(modules, 'hackle-import');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components', '1', '-C', folder]);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(inPackage(`node_modules/${name}`), link, 'junction');
  }
  return join(folder, manifest.bin['hackle-import'] as string);
}

test('the packed package', async (t) => {
  // It has no debug build of the kernel.
  delete process.env.HACKLE_IMPORT_KERNEL;
  const project = tempFolder(t);
  const { tarball, files } = pack(project);
  const command = installInto(project, tarball);

  await t.test('ships the tested version of each package that it takes, and no others', (t) => {
    const shrinkwrap = join(dirname(dirname(dirname(command))), 'npm-shrinkwrap.json');
    const shipped = lockedIn(shrinkwrap);
    const locked = lockedIn(inPackage('package-lock.json'));
    const taken = Object.entries(locked).filter(([path, locked]) => path !== '' && !locked?.dev);
    t.ok(taken.length > 50);
    t.strictSame({ ...shipped, '': undefined }, { ...Object.fromEntries(taken), '': undefined });
    t.strictSame(shipped['']?.dependencies, locked['']?.dependencies);
    t.notOk(existsSync(inPackage('npm-shrinkwrap.json')), 'gone when the package is packed');
    t.end();
  });

  await t.test('has what it needs, and nothing else', (t) => {
    for (const file of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'dist/bin/hackle-import.js',
      'dist/lib/index.js',
      'dist/lib/index.d.ts',
      'dist/lib/kernel/kernel.wasm',
    ]) {
      t.ok(files.includes(file), file);
    }
    t.ok(files.includes('npm-shrinkwrap.json'), 'the versions that were tested');
    const stray = files.filter((file) => !/^(dist\/(lib|bin)\/|[^/]+$)/.test(file));
    t.strictSame(stray, [], 'no tests, benchmarks or samples');
    t.notOk(files.includes('dist/bin/run.js'), 'nothing that is in the bundle too');
    t.strictSame(
      files.filter((file) => /\.debug\.|\.env|\.npmrc|\.pem$/.test(file)),
      [],
    );
    t.end();
  });

  await t.test('runs as a command', async (t) => {
    const { code, stderr } = await run([EVENTS, '--to', 'out'], { script: command, cwd: project });
    t.equal(code, 0, stderr);
    t.strictSame(days(join(project, 'out')), ['2023-01-01', '2023-01-02', '2023-01-03']);
  });

  await t.test('runs as a library', async (t) => {
    const script = join(project, 'use.mjs');
    writeFileSync(
      script,
      `import { convert, ImportError } from 'hackle-import';
const report = await convert({ inputs: [${JSON.stringify(EVENTS)}], to: 'api', threads: 1 });
const error = await convert({ inputs: ['nosuch'], to: 'api' }).catch((error) => error);
console.log(JSON.stringify([report.rowsWritten, error instanceof ImportError, error.code]));
`,
    );
    const outcome = await run([], { script, cwd: project });
    t.equal(outcome.stdout, '[200,true,"E_INPUT_NOT_FOUND"]\n', outcome.stderr);
    t.ok(existsSync(join(project, 'api', 'dt=2023-01-03', '_SUCCESS')));
  });

  await t.test('keeps its insides to itself', async (t) => {
    const script = join(project, 'inside.mjs');
    writeFileSync(script, `await import('hackle-import/dist/lib/counters.js');\n`);
    const { code, stderr } = await run([], { script, cwd: project });
    t.not(code, 0);
    t.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  await t.test('has types that hold for a strict user', (t) => {
    writeFileSync(
      join(project, 'use.mts'),
      `import { type ConvertOptions, convert, deliver, ImportError, parseNdjson, type Report, RunCounters } from 'hackle-import';

const options: ConvertOptions = { inputs: ['events.ndjson'], to: 'out', ifExists: 'skip' };
const report: Report = await convert(options);
export const rows: number = report.partitions[0]?.rows ?? 0;
export const code = (error: unknown): string => (error instanceof ImportError ? error.code : '');
export const links = [parseNdjson(), deliver('out', { counters: new RunCounters() })];
// @ts-expect-error: there is no such choice
export const wrong: ConvertOptions = { ...options, ifExists: 'perhaps' };
`,
    );
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          module: 'nodenext',
          target: 'es2023',
          types: ['node'],
          // Our own declarations are checked too.
          skipLibCheck: false,
        },
        files: ['use.mts'],
      }),
    );
    const tsc = inPackage('node_modules/typescript/bin/tsc');
    try {
      // tap gives its children loaders, which tsc does not bear.
      execFileSync('env', ['-u', 'NODE_OPTIONS', process.execPath, tsc, '-p', project], {
        encoding: 'utf8',
      });
      t.pass('tsc accepts it');
    } catch (error) {
      t.fail(`tsc: ${(error as { stdout?: string }).stdout}`);
    }
    t.end();
  });
});
