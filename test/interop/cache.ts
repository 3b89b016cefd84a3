import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE =
  process.env.HACKLE_INTEROP_CACHE ?? join(homedir(), '.cache', 'hackle-import-interop');

/** Written last, so that an installation that was cut off is begun anew. */
const DONE = '.installed';

/** A folder that keeps what is long to install, here and in later runs. */
export async function cached(name: string, install: (folder: string) => unknown): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(join(folder, DONE))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await install(folder);
  writeFileSync(join(folder, DONE), '');
  return folder;
}

/** The last lines of why an installation did not work, for `skip`. */
export function reasonOf(error: unknown): string {
  const text = outputOf(error).trim() || ((error as Partial<Error>).message ?? String(error));
  return text.split('\n').slice(-2).join(' ').slice(0, 300);
}

/** Whether an installer failed for want of a network, and not of what it was asked for. */
export function isOffline(error: unknown): boolean {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|Could not resolve host|Could not transfer artifact/i.test(
    outputOf(error) || String(error),
  );
}

/** What a failed installer wrote. Maven writes its errors to standard output. */
function outputOf(error: unknown): string {
  const { stdout, stderr } = error as { stdout?: unknown; stderr?: unknown };
  return `${stdout ?? ''}${stderr ?? ''}`;
}
