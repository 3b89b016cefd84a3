import { ImportError } from '../lib/errors.ts';
import { optionRows } from '../lib/options/rows.ts';
import { STORE } from '../lib/options/table.ts';
import { CLOUD_URLS, CLOUDS, cloudOf } from '../lib/store/clouds.ts';
import type { StoreOptions } from '../lib/store/options.ts';
import { type FlagValues, valueAt } from './flags.ts';

/** Refuses flags about buckets where neither the input nor the target is a bucket: its `s3://` may be missing. */
export function checkStoreFlags(
  { store }: FlagValues['convert'],
  places: readonly unknown[],
): void {
  const given = optionRows(STORE).find(
    ({ path, option }) => option.flag !== undefined && valueAt(store, path) !== undefined,
  );
  if (given === undefined || places.some((place) => bucketCloud(place) !== undefined)) return;
  throw new ImportError(
    'E_USAGE',
    `${given.option.flag?.replace(/ .*/, '')}: expected an ${CLOUD_URLS} URL as the input or --to, got none`,
  );
}

/**
 * Returns how buckets are reached. `--endpoint`, which names no cloud, is the server of the cloud that is
 * written to; if a folder is written to, of the clouds that are read from.
 */
export function storeOptions(
  { store }: FlagValues['convert'],
  to: unknown,
  inputs: readonly unknown[] = [],
): StoreOptions | undefined {
  if (store === undefined) return undefined;
  const target = bucketCloud(to);
  const reached = target === undefined ? inputs.map(bucketCloud) : [target];
  const options: StoreOptions = { ...store };
  for (const { scheme, options: part } of CLOUDS) {
    if (part === undefined || reached.includes(scheme)) continue;
    options[part] = withoutEndpoint(options[part] ?? {});
  }
  return options;
}

function withoutEndpoint<T extends { endpoint?: string }>(options: T): Omit<T, 'endpoint'> {
  const { endpoint: _, ...others } = options;
  return others;
}

/** Returns the scheme of the cloud whose bucket is meant; undefined for anything else. */
function bucketCloud(place: unknown): string | undefined {
  return typeof place === 'string' ? cloudOf(place)?.scheme : undefined;
}
