import type { ObjectInfo } from '../contract.ts';

/**
 * Returns an ETag as it is compared: without quotes and `W/`. Servers write the ETag of one object in several forms:
 * NetApp ONTAP, for instance, lists it without quotes, and a proxy that compresses replies makes it weak. An ETag that
 * is absent is ''.
 */
export function bareEtag(etag: string = ''): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

/** Returns the ETag of a part as it is sent back: as the server wrote it, but never weak, which servers refuse. */
export function partEtag(etag: string): string {
  return etag.trim().replace(/^W\//, '');
}

/** Returns the version of a listed object. Its ETag alone does not change when the same bytes are written again. */
export function versionOf(etag: string | undefined, modified: Date | undefined): string {
  return `${bareEtag(etag)} ${modified?.toISOString() ?? ''}`;
}

/** Returns the bare ETag of a listed object; '' where the listing had none. */
export function etagOf({ version }: ObjectInfo): string {
  return version.slice(0, version.lastIndexOf(' '));
}

/** Returns the time in milliseconds at which a listed object was written; NaN where the listing did not say. */
export function modifiedOf({ version }: ObjectInfo): number {
  return Date.parse(version.slice(version.lastIndexOf(' ') + 1));
}

/**
 * Returns the ETag of a listed object for If-Match; undefined where the listing had none. It is quoted, as HTTP
 * demands, also where the server lists it without quotes.
 */
export function conditionEtag(object: ObjectInfo): string | undefined {
  const etag = etagOf(object);
  return etag === '' ? undefined : `"${etag}"`;
}
