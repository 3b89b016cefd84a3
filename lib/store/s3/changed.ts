import { ImportError } from '../../errors.ts';
import type { ObjectInfo } from '../contract.ts';
import type { S3Context } from './context.ts';

/**
 * Resolves with a conflict if an object is not what it was. The answer to a request does not tell: under the vendor's
 * policy a missing object gets "access denied".
 */
export async function changedObject(
  context: S3Context,
  { name, version }: ObjectInfo,
): Promise<ImportError | undefined> {
  const now = await context.find(name).catch(() => ({ version }));
  return now?.version === version ? undefined : wasChanged(context, name);
}

/** The error for an object that another run has changed or removed. */
export function wasChanged({ url }: S3Context, name: string): ImportError {
  return new ImportError(
    'E_STORE_CONFLICT',
    `${url}/${name} was changed or removed: another run wrote it`,
    { hint: 'let only one run at a time write a day; run again when the other one has ended' },
  );
}
