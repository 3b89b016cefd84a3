// A built checkout of an earlier revision.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage } from '../support/command.ts';

const ROOT = inPackage('');

/** Checks out and builds a revision in a new folder, which it returns. */
export function buildRevision(revision: string, folder: string): string {
  mkdirSync(folder);
  // An archive leaves nothing in the repository to clean up, as a work tree would after a kill.
  const archive = `${folder}.tar`;
  execFileSync('git', ['archive', '--output', archive, revision], { cwd: ROOT });
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  useVersion(versionIn(ROOT), folder);
  const npm = (...args: string[]): void => {
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  if (lockIn(folder) === lockIn(ROOT)) {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  } else {
    npm('ci', '--no-audit', '--no-fund');
  }
  npm('run', 'build');
  return folder;
}

function versionIn(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string })
    .version;
}

function useVersion(version: string, folder: string): void {
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...manifest, version }, null, 2));
}

function lockIn(folder: string): string {
  return readFileSync(join(folder, 'package-lock.json'), 'utf8');
}
