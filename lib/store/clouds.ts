import type { Cloud } from './cloud.ts';
import { gcsPolicy } from './gcs/policy.ts';
import { s3Policy } from './s3/policy.ts';

/** Every cloud that imports read and write; nothing else in the program lists them. */
export const CLOUDS: readonly Cloud[] = [
  {
    scheme: 's3',
    aliases: [],
    options: 's3',
    openStore: async (...args) => (await import('./s3/store.ts')).openS3Store(...args),
    openSources: async (...args) => (await import('./s3/sources.ts')).s3Sources(...args),
    doctor: async (...args) => (await import('./s3/doctor.ts')).examineS3(...args),
    policy: s3Policy,
  },
  {
    scheme: 'gs',
    aliases: ['gcs'], // as the vendor's page writes it
    options: 'gcs',
    openStore: async (...args) => (await import('./gcs/store.ts')).openGcsStore(...args),
    openSources: async (...args) => (await import('./gcs/sources.ts')).gcsSources(...args),
    doctor: async (...args) => (await import('./gcs/doctor.ts')).examineGcs(...args),
    policy: gcsPolicy,
  },
];

/** The clouds' URLs for messages: `s3:// or gs://`. */
export const CLOUD_URLS: string = CLOUDS.map(({ scheme }) => `${scheme}://`).join(' or ');

/** Returns the cloud that a URL scheme means, in upper or lower case. */
export function cloudByScheme(scheme: string): Cloud | undefined {
  const name = scheme.toLowerCase();
  return CLOUDS.find((cloud) => cloud.scheme === name || cloud.aliases.includes(name));
}

/** Returns the cloud whose bucket a URL means, even if the rest of the URL is wrong. */
export function cloudOf(url: string): Cloud | undefined {
  return cloudByScheme(url.slice(0, Math.max(0, url.indexOf(':'))));
}
