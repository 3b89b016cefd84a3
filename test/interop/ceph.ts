import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './free-port.ts';

const PACKAGES = ['radosgw', 'ceph-mon', 'ceph-osd'];

/** Installs Ceph where it is missing; returns why it cannot. */
export function installCeph(): string | undefined {
  const has = (): boolean => PACKAGES.every((name) => spawnSync('which', [name]).status === 0);
  if (has()) return undefined;
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return `needs ${PACKAGES.join(', ')} (or root, to install them)`;
  }
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES]);
  return has() ? undefined : `${PACKAGES.join(', ')} could not be installed`;
}

/** Starts a RADOS Gateway, whose users are OWNERKEY and TOOLKEY. Resolves with its URL. */
export async function startRgw(folder: string): Promise<string> {
  const port = await freePort();
  const child = spawn('bash', ['test/interop/rgw.sh', path.join(folder, 'ceph'), String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill(), 120_000);
  for await (const text of child.stdout) {
    // The servers go on, with this end of the pipe.
    if (String(text).includes('ready')) break;
  }
  clearTimeout(timer);
  const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  if (answer === undefined) throw new Error('the RADOS Gateway does not answer');
  return `http://127.0.0.1:${port}`;
}

export async function stopRgw(folder: string): Promise<void> {
  let pids: number[] = [];
  try {
    const text = readFileSync(path.join(folder, 'ceph', 'pids'), 'utf8');
    pids = text.split('\n').filter(Boolean).map(Number).reverse();
  } catch {
    return; // nothing was started
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
