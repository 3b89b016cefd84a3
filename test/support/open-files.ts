import { existsSync, readdirSync, readlinkSync } from 'node:fs';

/** How many files and sockets this process has open; 0 where the system does not tell. */
export function openDescriptors(): number {
  const folder = '/proc/self/fd';
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

/** Temporary files without a name that a process has open. Only Linux tells. */
export function openFiles(process: number | 'self' = 'self'): string[] {
  const folder = `/proc/${process}/fd`;
  return readdirSync(folder)
    .map((name) => {
      try {
        return readlinkSync(`${folder}/${name}`);
      } catch {
        return '';
      }
    })
    .filter((path) => /hackle-import-\w+\.tmp \(deleted\)$/.test(path));
}
