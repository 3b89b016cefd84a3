import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { ConnectionError } from '../connection/connection-error.ts';

/** Why the last look for credentials did not take those of a profile's `credential_process`; undefined if it did not fail. */
let processFailure: string | undefined;

/** What the SDK says of a `credential_process`. Its own message is not shown, since it has the command and its stderr. */
const PROCESS_FAILURES: readonly (readonly [RegExp, string])[] = [
  [/Command failed|stdout maxBuffer/, 'failed'],
  [/credential_process returned expired credentials/, 'returned credentials that have expired'],
  [/credential_process returned invalid JSON/, 'returned no JSON'],
  [/credential_process did not return Version 1/, 'returned JSON without "Version": 1'],
  [/credential_process returned invalid/, 'returned JSON without AccessKeyId and SecretAccessKey'],
];
const BEGINNING = /defaultProvider::fromEnv|AWS_PROFILE is set/;

const nothing = (): void => {};

/**
 * Keeps the SDK from printing: it writes, for instance, eight lines where both a profile and keys are set. Where it finds
 * no credentials, its error does not say why; what it logs does.
 */
export const LOGGER: NonNullable<S3ClientConfig['logger']> = {
  trace: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  debug: (message: unknown) => {
    if (typeof message !== 'string') return;
    if (BEGINNING.test(message)) processFailure = undefined;
    const found = PROCESS_FAILURES.find(([pattern]) => pattern.test(message));
    if (found !== undefined) [, processFailure] = found;
  },
};

/** Explains why there are no credentials, where more is known than that; returns undefined for any other error. */
export function explainCredentials({
  name,
  syscall,
  path,
  code = '',
}: NodeJS.ErrnoException): Pick<ConnectionError, 'code' | 'message' | 'hint'> | undefined {
  const profile = JSON.stringify(process.env.AWS_PROFILE || 'default');
  if (name === 'CredentialsProviderError' && processFailure !== undefined) {
    return {
      code: name,
      message: `the credential_process of the profile ${profile} ${processFailure}`,
      hint: 'run its command, which is in ~/.aws/config, by hand: it must print JSON with "Version": 1, AccessKeyId, SecretAccessKey and, if they expire, SessionToken and a later Expiration',
    };
  }
  // Only the SDK opens files while it sends a request: it looks for credentials.
  if (syscall !== 'open' || path === undefined) return undefined;
  const isNamed = path === process.env.AWS_WEB_IDENTITY_TOKEN_FILE;
  const by = isNamed ? 'AWS_WEB_IDENTITY_TOKEN_FILE' : `the profile ${profile}`;
  return {
    code,
    message: `the web identity token in ${path}, which ${by} names, cannot be read`,
    hint: `check that the file is mounted there and that this user may read it; for other credentials, remove it from ${isNamed ? 'the environment' : 'the profile'}`,
  };
}
