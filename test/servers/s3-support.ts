import type { StoreOptions } from '../../lib/store/options.ts';
import { openS3Store, type S3Store } from '../../lib/store/s3/store.ts';
import type { Cleaner } from '../support/temp.ts';
import { type Policy, vendorPolicy } from './s3-policy.ts';
import { S3Server, type S3ServerOptions } from './s3-server.ts';

export const TOOL_KEY = 'TOOLACCESSKEYID';
export const TOOL_SECRET = 'tool-secret-never-to-be-seen';
export const TOOL_TOKEN = 'tool-session-token-never-to-be-seen';
/** None of these may stand in anything that is printed. */
export const SECRETS: readonly string[] = [TOOL_SECRET, TOOL_TOKEN];
export const PREFIX = 'customer/import';

/** As a user with exactly the vendor's policy would set them. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: TOOL_KEY,
  AWS_SECRET_ACCESS_KEY: TOOL_SECRET,
  AWS_SESSION_TOKEN: TOOL_TOKEN,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** Sets the environment for this process, which is that of one test file. */
export function useToolCredentials(): void {
  Object.assign(process.env, ENVIRONMENT);
  delete process.env.AWS_PROFILE;
  delete process.env.AWS_REGION;
}

/** A server with a user who has the vendor's policy; closed when the test ends. */
export async function startS3(
  t: Cleaner,
  options: S3ServerOptions = {},
  policy: Policy = vendorPolicy(PREFIX),
): Promise<S3Server> {
  const server = await S3Server.start(options);
  t.teardown(() => server.close());
  server.users.set(TOOL_KEY, { secret: TOOL_SECRET, token: TOOL_TOKEN, policy });
  return server;
}

export function urlOf(server: S3Server): string {
  return `s3://${server.name}/${PREFIX}`;
}

/** Options with which a busy machine does not time out, and parts as small as S3 takes them. */
export function optionsFor(endpoint: string, options: StoreOptions = {}): StoreOptions {
  return { s3: { endpoint }, timeout: 20_000, retryFor: 60_000, partSize: 5 << 20, ...options };
}

export function openAt(
  server: S3Server,
  options: StoreOptions = {},
  endpoint: string = server.endpoint,
): Promise<S3Store> {
  return openS3Store(urlOf(server), optionsFor(endpoint, options));
}

/** Names below the prefix → contents. */
export function contentsOf(server: S3Server): Record<string, string> {
  return Object.fromEntries(
    [...server.bucket.objects]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { bytes }]) => [key.slice(PREFIX.length + 1), bytes.toString('latin1')]),
  );
}
