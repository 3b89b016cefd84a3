import { ImportError } from '../lib/errors.ts';
import { cloudOf } from '../lib/store/clouds.ts';
import type { StoreOptions } from '../lib/store/options.ts';

/** The flags that say how a bucket is reached. */
export interface StoreFlags {
  endpoint?: string;
  keyFile?: string;
  region?: string;
  pathStyle?: boolean;
}

const FLAGS: Readonly<Record<keyof StoreFlags, string>> = {
  endpoint: '--endpoint',
  keyFile: '--key-file',
  region: '--region',
  pathStyle: '--path-style',
};

/** Refuses these flags where neither the input nor the target is a bucket: its `s3://` may be missing. */
export function checkStoreFlags(flags: StoreFlags, places: readonly unknown[]): void {
  const given = Object.entries(FLAGS).find(
    ([name]) => flags[name as keyof StoreFlags] !== undefined,
  );
  if (given === undefined || places.some((place) => bucketCloud(place) !== undefined)) return;
  throw new ImportError(
    'E_USAGE',
    `${given[1]}: expected an s3:// or gs:// URL as the input or --to, got none`,
  );
}

/**
 * The flags that say how buckets are reached → the library's options. `--endpoint` is the server of the cloud
 * that is written to; where a folder is written to, that of the clouds that are read from.
 */
export function storeOptions(
  { endpoint, keyFile, region, pathStyle }: StoreFlags,
  to: string,
  inputs: readonly unknown[] = [],
): StoreOptions {
  const clouds = [to, ...inputs].map(bucketCloud);
  const reached = clouds[0] === undefined ? clouds : [clouds[0]];
  const endpointOf = (scheme: string): { endpoint?: string } =>
    endpoint !== undefined && reached.includes(scheme) ? { endpoint } : {};
  return {
    s3: {
      ...endpointOf('s3'),
      ...(region !== undefined && { region }),
      ...(pathStyle !== undefined && { pathStyle }),
    },
    gcs: { ...endpointOf('gs'), ...(keyFile !== undefined && { keyFile }) },
  };
}

/** Returns the scheme of the cloud whose bucket is meant; undefined for anything else. */
function bucketCloud(place: unknown): string | undefined {
  return typeof place === 'string' ? cloudOf(place)?.scheme : undefined;
}
