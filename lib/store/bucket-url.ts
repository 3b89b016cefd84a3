import { ImportError } from '../errors.ts';

/** A place in a cloud: `s3://bucket/a/key`. */
export interface BucketLocation {
  /** The URL in its canonical form: scheme in lower case, no slash at the end. */
  url: string;
  scheme: string;
  bucket: string;
  /** The path after the bucket, with nothing decoded. Empty for the whole bucket. */
  key: string;
}

/** Takes a bucket URL apart. @throws ImportError E_USAGE */
export function parseBucketUrl(url: string): BucketLocation {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/?(.*)$/is.exec(url);
  const [, scheme = '', bucket = '', rest = ''] = match ?? [];
  if (bucket === '' || /[\s@?#:]/.test(bucket)) {
    const name = scheme.toLowerCase() || url.slice(0, url.indexOf(':'));
    throw new ImportError('E_USAGE', `expected ${name}://bucket/prefix, got ${shownUrl(url)}`, {
      hint: url.includes('@')
        ? 'Credentials do not belong in a URL: they come from the environment or a profile.'
        : `For example ${name}://customer-data/hackle.`,
    });
  }
  const key = rest.replace(/\/+$/, '');
  const lower = scheme.toLowerCase();
  return {
    url: `${lower}://${bucket}${key === '' ? '' : `/${key}`}`,
    scheme: lower,
    bucket,
    key,
  };
}

/**
 * Returns a URL for messages, without its secrets: some people write `s3://key:secret@bucket`, and a signed URL
 * has its signature after a `?`.
 */
export function shownUrl(url: string): string {
  return url.replace(/\/\/.*@/s, '//…@').replace(/\?.*/s, '?…');
}

/**
 * Returns the URL that an import writes to, given that of a day or of an object in it. `doctor` and `policy`
 * take the former.
 */
export function importUrl(url: string): string {
  return url.replace(/\/(?:dt=\d{4}-\d\d-\d\d(?:\/.*)?)?$/s, '');
}
