import { ImportError } from '../errors.ts';

/** Where in a cloud's store something is: `s3://bucket/key/of/it`. */
export interface BucketLocation {
  /** In its usual form: scheme in lower case, no slash at the end. */
  url: string;
  scheme: string;
  bucket: string;
  /** What follows the bucket, as it is: nothing in it is decoded. Empty for the whole bucket. */
  key: string;
}

/** Whether it is a bucket that is meant, be its URL right or wrong. */
export function isBucketUrl(url: string): boolean {
  return /^(s3|gs|gcs):/i.test(url);
}

/** Takes a bucket URL apart. @throws ImportError E_USAGE */
export function parseBucketUrl(url: string): BucketLocation {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/?(.*)$/is.exec(url);
  const [, scheme = '', bucket = '', rest = ''] = match ?? [];
  if (bucket === '' || /[\s@?#:]/.test(bucket)) {
    const name = scheme.toLowerCase() || url.slice(0, url.indexOf(':'));
    throw new ImportError('E_USAGE', `expected ${name}://bucket/prefix, got ${shownUrl(url)}`, {
      hint: url.includes('@')
        ? 'Credentials do not belong into a URL: they come from the environment or a profile.'
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

/** For messages: somebody may have written `s3://key:secret@bucket`, and what is signed has its signature behind a `?`. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/.*@/s, '//…@').replace(/\?.*/s, '?…');
}

/** Of an object's URL, or a day's, the URL that an import writes to: what `doctor` and `policy` are about. */
export function importUrl(url: string): string {
  return url.replace(/\/(?:dt=\d{4}-\d\d-\d\d(?:\/.*)?)?$/s, '');
}
