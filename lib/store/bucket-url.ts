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

/** Takes a bucket URL apart. @throws ImportError E_USAGE */
export function parseBucketUrl(url: string): BucketLocation {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/?(.*)$/is.exec(url);
  const [, scheme = '', bucket = '', rest = ''] = match ?? [];
  if (bucket === '' || /[\s@?#:]/.test(bucket)) {
    const name = scheme.toLowerCase() || url.slice(0, url.indexOf(':'));
    throw new ImportError(
      'E_USAGE',
      `expected ${name}://bucket/prefix, got ${withoutSecrets(url)}`,
      {
        hint: 'Credentials do not belong into a URL: they come from the environment or a profile.',
      },
    );
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

/** For messages: somebody may have written `s3://key:secret@bucket`, or a URL that is signed. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/s, '//…@').replace(/\?.*/s, '?…');
}
