import { ImportError } from '../errors.ts';
import { type BucketLocation, parseBucketUrl, shownUrl } from '../store/bucket-url.ts';
import type { Cloud } from '../store/cloud.ts';
import { CLOUDS, cloudOf } from '../store/clouds.ts';
import type { StoreOptions } from '../store/options.ts';
import { type Diagnosis, tryPermissions } from './examination.ts';
import type { Policy } from './policy.ts';

/** Milliseconds for which a failing request is retried: a person waits for the diagnosis. */
const RETRY_MS = 10_000;
/** Google and AWS refuse signatures of a clock that is 5 to 15 minutes off. */
const SKEW_MS = 4 * 60_000;

/**
 * Tries every permission that the vendor's page lists, and no other. All of it happens inside the prefix, and
 * what was created is deleted again.
 *
 * @throws ImportError where the problem is not a permission: no credentials, no bucket, no network
 */
export async function examine(url: string, options: StoreOptions = {}): Promise<Diagnosis> {
  const { cloud, location } = bucketAt(url);
  const examination = await cloud.doctor(location, { retryFor: RETRY_MS, ...options });
  const credentials = await examination.credentials();
  const { ok, findings, leftovers } = await tryPermissions(examination);
  const isMissing = findings.some(({ outcome }) => outcome === 'missing');
  const ahead = examination.clock();
  return {
    url: location.url,
    ok,
    credentials,
    findings,
    ...(ahead !== undefined && { clockAhead: Math.round(ahead / 1000) }),
    notes: [
      ...(Math.abs(ahead ?? 0) > SKEW_MS
        ? ["Set this machine's clock: clouds refuse requests whose time is minutes off."]
        : []),
      ...examination.notes(),
    ],
    leftovers,
    ...(isMissing && { grant: cloud.policy(location) }),
  };
}

/**
 * Returns the least that imports into a location must be granted, as the vendor's page lists it.
 *
 * @throws ImportError E_USAGE where the URL names no bucket
 */
export function policyFor(url: string): Policy {
  const { cloud, location } = bucketAt(url);
  return cloud.policy(location);
}

/** @throws ImportError E_USAGE */
function bucketAt(url: string): { cloud: Cloud; location: BucketLocation } {
  const cloud = cloudOf(url);
  if (cloud === undefined) {
    const forms = CLOUDS.map(({ scheme }) => `${scheme}://bucket/prefix`);
    throw new ImportError('E_USAGE', `expected ${forms.join(' or ')}, got ${shownUrl(url)}`);
  }
  return { cloud, location: parseBucketUrl(url) };
}
