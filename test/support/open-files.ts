import { readdirSync, readlinkSync } from 'node:fs';

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
