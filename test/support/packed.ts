// The package as npm packs it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inPackage } from './command.ts';

/** Runs npm and gives what it prints. */
export function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_config_update_notifier: 'false' },
  });
}

/** Packs the package as it is built now into a folder; gives the tarball and its files' paths. */
export function pack(folder: string): { tarball: string; files: string[] } {
  const shrinkwrap = inPackage('scripts/shrinkwrap.mjs');
  execFileSync(process.execPath, [shrinkwrap]);
  let printed: string;
  try {
    // Without scripts, because `prepack` would build anew under the feet of running tests.
    const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    printed = npm(args, inPackage('.'));
  } finally {
    execFileSync(process.execPath, [shrinkwrap, '--remove']);
  }
  const [packed] = JSON.parse(printed) as { filename: string; files: { path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack printed ${printed}`);
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}
