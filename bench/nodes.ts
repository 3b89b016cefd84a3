import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DATA } from './paths.ts';
import { npm } from './rivals/install.ts';

/**
 * Exact releases of the npm package `node`, which contains the binary of Node. They are fixed, so that runs are
 * comparable.
 */
const RELEASES: Record<string, string> = {
  '20': '20.20.2',
  '22': '22.23.3',
  '24': '24.21.0',
  '26': '26.10.0',
};

/**
 * Returns the path of the binary of a release of Node, such as `24`. It is installed into `bench/data` on first use
 * (190 MB). A path is returned unchanged.
 */
export function nodeBinary(releaseOrPath: string): string {
  const version = RELEASES[releaseOrPath];
  if (version === undefined) {
    if (/^\d+$/.test(releaseOrPath)) {
      throw new Error(
        `Node ${Object.keys(RELEASES).join(', ')} or a path is expected; got ${releaseOrPath}.`,
      );
    }
    return releaseOrPath;
  }
  const folder = path.join(DATA, `node-${version}`);
  const binary = path.join(folder, 'node_modules/node/bin/node');
  if (!existsSync(binary)) {
    console.error(`Installing Node ${version} into ${folder} …`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    npm(['install', '--no-audit', '--no-fund', '--no-package-lock', `node@${version}`], folder);
  }
  return binary;
}

const versions = new Map<string, string>();

/** Returns the version of a binary, such as `v24.21.0`. */
export function nodeVersion(binary: string): string {
  let version = versions.get(binary);
  if (version === undefined) {
    version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
    versions.set(binary, version);
  }
  return version;
}
