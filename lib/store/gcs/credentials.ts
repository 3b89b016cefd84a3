import { readFileSync } from 'node:fs';
import { GoogleAuth } from 'google-auth-library';
import { ImportError } from '../../errors.ts';

/** The OAuth scope that covers the vendor's permissions. */
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

/**
 * Returns the file that credentials are read from, and what named it; undefined if they come from gcloud or the
 * machine.
 */
export function credentialFile(
  keyFile: string | undefined,
): { file: string; named: string } | undefined {
  if (keyFile !== undefined) return { file: keyFile, named: '--key-file' };
  const file = process.env.GOOGLE_APPLICATION_CREDENTIALS;
  return file ? { file, named: 'GOOGLE_APPLICATION_CREDENTIALS' } : undefined;
}

/**
 * Finds Google credentials of any kind. A key file is checked first, because the library notices a bad one late,
 * with a message that may quote the file.
 *
 * @throws ImportError E_USAGE
 */
export function makeAuth(keyFile: string | undefined): GoogleAuth {
  const found = credentialFile(keyFile);
  if (found !== undefined) checkFile(found.file, found.named);
  return new GoogleAuth({
    scopes: SCOPE,
    ...(keyFile !== undefined && { keyFilename: keyFile }),
  });
}

function checkFile(file: string, named: string): void {
  const wrong = (got: string): ImportError =>
    new ImportError('E_USAGE', `${named}: expected a JSON key file of Google Cloud, got ${got}`, {
      hint: 'gcloud iam service-accounts keys create makes one.',
    });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(`${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const { type } = JSON.parse(text) as { type?: unknown };
    if (typeof type === 'string') return;
  } catch {
    // The message of a JSON error would quote the file.
  }
  throw wrong(`${file}, which is not one`);
}
