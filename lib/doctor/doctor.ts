import type { BucketLocation } from '../store/bucket-url.ts';
import type { StoreOptions } from '../store/options.ts';
import { type Diagnosis, type Examination, tryPermissions } from './examination.ts';
import { bucketLocation, policyFor } from './policy.ts';

/** Nobody who asks what is wrong wants to wait longer. */
const RETRY_MS = 10_000;
/** Google and AWS refuse signatures that are 5 to 15 minutes off. */
const SKEW_MS = 4 * 60_000;

/** A cloud's probes; its SDK is loaded with them. */
const CLOUDS: Readonly<
  Record<string, (location: BucketLocation, options: StoreOptions) => Promise<Examination>>
> = {
  s3: async (...args) => (await import('../store/s3/doctor.ts')).examineS3(...args),
  gs: async (...args) => (await import('../store/gcs/doctor.ts')).examineGcs(...args),
};

/**
 * Tries, inside the prefix and cleaning up after itself, each permission that the vendor's page lists and
 * nothing else.
 *
 * @throws ImportError where it is not about permissions: no credentials, no bucket, no network
 */
export async function examine(url: string, options: StoreOptions = {}): Promise<Diagnosis> {
  const location = bucketLocation(url);
  const scheme = location.scheme === 'gcs' ? 'gs' : location.scheme;
  const open = CLOUDS[scheme] as (typeof CLOUDS)[string];
  const examination = await open(location, { retryFor: RETRY_MS, ...options });
  const credentials = await examination.credentials();
  const { findings, leftovers } = await tryPermissions(examination);
  const ok = findings.every(({ outcome }) => outcome === 'granted' || outcome === 'unneeded');
  const ahead = examination.clock();
  return {
    url: location.url,
    ok,
    credentials,
    findings,
    ...(ahead !== undefined && { clockAhead: Math.round(ahead / 1000) }),
    notes: [
      ...(Math.abs(ahead ?? 0) > SKEW_MS
        ? ["Set this machine's clock: the clouds refuse requests from another time."]
        : []),
      ...examination.notes(),
    ],
    leftovers,
    ...(!ok && { grant: policyFor(url) }),
  };
}
