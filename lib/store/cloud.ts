import type { Examination } from '../doctor/examination.ts';
import type { Policy } from '../doctor/policy.ts';
import type { Source } from '../source/source.ts';
import type { BucketLocation } from './bucket-url.ts';
import type { Store } from './contract.ts';
import type { StoreOptions } from './options.ts';

/**
 * A cloud whose buckets an import reads and writes. Everything but the policy is loaded when it is first
 * called, because a cloud's SDK takes longer to load than `--help` may take.
 */
export interface Cloud {
  /** Scheme of the cloud's URLs, as this program writes them: `s3`. */
  scheme: string;
  /** Other schemes that mean this cloud. */
  aliases: readonly string[];
  /** The part of StoreOptions that is for this cloud alone; absent where it has none. */
  options?: 's3' | 'gcs';
  /** Opens `scheme://bucket/prefix` for writing, without a request. */
  openStore: (url: string, options: StoreOptions) => Promise<Store>;
  /** Finds the objects that a URL names: one, or those that match a pattern, sorted by name. */
  openSources: (url: string, options: StoreOptions) => Promise<Source[]>;
  /** Prepares the probes with which `doctor` examines a bucket. */
  doctor: (location: BucketLocation, options: StoreOptions) => Promise<Examination>;
  /** Returns the least that an import into a location must be granted. */
  policy: (location: BucketLocation) => Policy;
}
