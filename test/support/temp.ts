import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What of a test is needed to clean up behind it. */
export interface Cleaner {
  teardown(handler: () => unknown): unknown;
}

/** An empty folder outside the package, removed when the test ends. */
export function tempFolder(t: Cleaner): string {
  const folder = mkdtempSync(join(tmpdir(), 'hackle-import-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
