import { ImportError } from '../../errors.ts';
import type { ObjectInfo } from '../contract.ts';
import type { S3Context } from './context.ts';

/**
 * Resolves with a conflict if an object is not what it was. The answer to a request does not tell: under the vendor's
 * policy a missing object gets "access denied".
 */
export async function changedObject(
  context: S3Context,
  object: ObjectInfo,
): Promise<ImportError | undefined> {
  const isSame = await isUnchanged(context, object).catch(() => true);
  return isSame ? undefined : wasChanged(context, object.name);
}

/** Resolves with whether the listing has an object as it was. */
export async function isUnchanged(
  { find }: Pick<S3Context, 'find'>,
  { name, version, size }: ObjectInfo,
): Promise<boolean> {
  const now = await find(name);
  return now?.version === version && now.size === size;
}

/** The error for an object that another run has changed or removed. */
export function wasChanged({ url }: S3Context, name: string): ImportError {
  return new ImportError(
    'E_STORE_CONFLICT',
    `${url}/${name} was changed or removed: another run wrote it`,
    { hint: 'let only one run at a time write a day; run again when the other one has ended' },
  );
}
