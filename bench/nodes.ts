import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DATA } from './paths.ts';
import { npm } from './rivals/install.ts';

/** Releases of the npm package `node`, which brings Node's own binary; exact, so that runs compare. */
const RELEASES: Record<string, string> = {
  '20': '20.20.2',
  '22': '22.23.3',
  '24': '24.21.0',
  '26': '26.10.0',
};

/**
 * The binary of a release of Node, such as `24`, installed into `bench/data` on first use (190 MB);
 * a path stays what it is.
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

/** `v24.21.0` */
export function nodeVersion(binary: string): string {
  let version = versions.get(binary);
  if (version === undefined) {
    version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
    versions.set(binary, version);
  }
  return version;
}
