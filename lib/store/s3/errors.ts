import { type ErrorCode, ImportError } from '../../errors.ts';
import { importUrl } from '../bucket-url.ts';
import { ConnectionError } from '../connection/connection-error.ts';
import { isNetworkError, isTransientStatus } from '../network-errors.ts';
import { GaveUpError } from '../retry.ts';
import { explainCredentials } from './credentials.ts';

const DENIED = 'access is denied';

/** What an S3 error code means to a person, and what to do. */
const EXPLANATIONS: Readonly<Record<string, readonly [meaning: string, hint: string]>> = {
  AccessDenied: [DENIED, 'grant the missing permission'],
  Forbidden: [DENIED, 'grant the missing permission'],
  AllAccessDisabled: ['access to this bucket is disabled', 'ask the owner of the bucket'],
  AccountProblem: ['there is a problem with the AWS account', 'ask the owner of the account'],
  NoSuchBucket: ['there is no such bucket', 'check its name, and --endpoint and --region'],
  NotFound: ['there is no such bucket or object', 'check the URL, and --endpoint and --region'],
  NoSuchKey: ['there is no such object', 'check the URL'],
  InvalidBucketName: ['this is not a valid bucket name', 'check the URL'],
  InvalidAccessKeyId: [
    'the server does not know the access key',
    'check the credentials and --endpoint',
  ],
  SignatureDoesNotMatch: [
    'the signature is not accepted',
    'check the secret key, and --region and --endpoint',
  ],
  AuthorizationHeaderMalformed: ['the region is wrong', 'name the region of the bucket: --region'],
  PermanentRedirect: ['the bucket is in another region', 'name its region: --region'],
  IllegalLocationConstraintException: [
    'the bucket is in another region',
    'name its region: --region',
  ],
  ExpiredToken: ['the credentials have expired', 'sign in again, then run again'],
  ExpiredTokenException: ['the credentials have expired', 'sign in again, then run again'],
  TokenRefreshRequired: ['the credentials have expired', 'sign in again, then run again'],
  InvalidTokenId: [
    'the session token is not one of this server',
    'unset AWS_SESSION_TOKEN where the keys need none, check --endpoint, or sign in again',
  ],
  InvalidClientTokenId: [
    'the server does not know the access key',
    'check the credentials and --endpoint',
  ],
  InvalidIdentityToken: [
    'the web identity token is not accepted',
    'check the role and the provider of identities that it trusts, then run again',
  ],
  InvalidToken: ['the session token is not valid', 'sign in again, then run again'],
  RequestTimeTooSkewed: [
    "this computer's clock is wrong",
    'set the clock (by NTP), then run again',
  ],
  CredentialsProviderError: [
    'no credentials were found',
    'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or run with a role',
  ],
  SlowDown: ['the store asks for fewer requests', 'run again later'],
  ServiceUnavailable: ['the store is overloaded', 'run again later'],
  InternalError: ['the store failed', 'run again later'],
  QuotaExceeded: ['the quota is used up', 'make room in the bucket, then run again'],
  InsufficientStorage: ['the store is full', 'make room in the bucket, then run again'],
  EntityTooLarge: ['the object is too large', 'lower --file-size'],
  InvalidPart: [
    'the server does not know a part that it has taken',
    'it, or a proxy before it, may not keep the ETags of parts: write files of less than 8MiB, which are not uploaded in parts, with a smaller --row-group-size and --file-size',
  ],
  ENOTFOUND: ['the host was not found', 'check --endpoint, --region and the network'],
  ECONNREFUSED: ['the connection was refused', 'check --endpoint and the network'],
};

/** Error codes for replies without a body, such as those to HEAD. */
const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'AccessDenied',
  403: 'AccessDenied',
  404: 'NotFound',
  503: 'ServiceUnavailable',
  500: 'InternalError',
};

const NETWORK: readonly [string, string] = [
  'the connection failed',
  'check the network, then run again: a new run repairs what this one left',
];

/** Codes of failures after which the same request may succeed, whatever their HTTP status. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
  'RequestTimeout', // comes with 400
  'RequestTimeoutException',
  'OperationAborted', // 409: another request on the same key is in progress
  'ConditionalRequestConflict', // 409: AWS says to try again
  'BadDigest', // 400: damaged on its way
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
]);

/**
 * Says that a request cannot be tried, if the server refused it for a reason of its own: it does not know the request,
 * or a header of it. Undefined for what every other request would meet too, such as wrong credentials.
 */
export function untriable(error: unknown): string | undefined {
  const status = s3ErrorStatus(error) ?? 0;
  const code = s3ErrorCode(error);
  if (EXPLANATIONS[code] !== undefined || status < 400 || (status >= 500 && status !== 501)) {
    return undefined;
  }
  const { message } = inner(error) as Error;
  const facts = [`HTTP ${status}`, code].filter((text) => !NAMELESS.test(text)).join(' ');
  return `the server does not take the request (${facts}): ${message}`;
}

interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number };
  Code?: string;
}

/** Whether another attempt may succeed. After a 4xx only if the code says so; never for credentials or permissions. */
export function isTransientS3Error(error: unknown, attempt: number): boolean {
  if (error instanceof ConnectionError) return error.isTransient;
  const code = s3ErrorCode(error);
  if (TRANSIENT_CODES.has(code)) return true;
  // The SDK has learned the server's time from the reply.
  if (code === 'RequestTimeTooSkewed') return attempt === 1;
  if (code === 'AbortError' || code === 'CredentialsProviderError') return false;
  const status = s3ErrorStatus(error);
  // A truncated body cannot be parsed, although its status was fine.
  if (status !== undefined && status >= 300) return isTransientStatus(status);
  return isNetworkError(error) || isBrokenReply(error);
}

/** Whether the server may have carried out a failed request: its reply was lost, or none came. */
export function isAmbiguous(error: unknown): boolean {
  if (inner(error) instanceof ConnectionError) return false;
  const status = s3ErrorStatus(error);
  if (status !== undefined) return status < 300 || (status >= 500 && status !== 503);
  const { code } = inner(error) as NodeJS.ErrnoException;
  const neverSent = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  return !neverSent && s3ErrorCode(error) !== 'CredentialsProviderError';
}

function isBrokenReply(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // If a reply cannot be parsed, only its status is known.
  return (s3ErrorStatus(error) ?? 300) < 300 || error instanceof IncompleteReply;
}

/** Thrown for a reply that lacks a field which every such reply has. */
export class IncompleteReply extends Error {
  override readonly name = 'IncompleteReply';
}

/** Returns the store's error code, such as `NoSuchBucket`; if the store did not answer, the error's name. */
export function s3ErrorCode(error: unknown): string {
  const { name, Code } = inner(error) as ServiceError;
  return Code ?? name ?? '';
}

/** Returns the HTTP status of the store's answer; undefined if it did not answer. */
export function s3ErrorStatus(error: unknown): number | undefined {
  return (inner(error) as ServiceError).$metadata?.httpStatusCode;
}

function inner(error: unknown): object {
  const at = error instanceof GaveUpError ? error.cause : error;
  return typeof at === 'object' && at !== null ? at : {};
}

/** Names that the SDK gives to an answer without a body, such as one to HEAD. */
const NAMELESS = /^(Error|Unknown|UnknownError)$/;

/** Returns what to do, where that depends on more than the error's code. */
function hintFor(
  meaning: string | undefined,
  name: string,
  url: string,
  code: ErrorCode,
): string | undefined {
  const profile = process.env.AWS_PROFILE;
  if (name === 'CredentialsProviderError' && profile) {
    return `the profile ${JSON.stringify(profile)} (AWS_PROFILE) has no usable credentials: check ~/.aws/config and ~/.aws/credentials, or sign in again (aws sso login)`;
  }
  if (meaning !== DENIED) return undefined;
  if (code !== 'E_STORE_WRITE') return 'grant s3:ListBucket and s3:GetObject on the inputs';
  const to = importUrl(url);
  return `hackle-import doctor ${to} shows which permission is missing or which option the bucket demands, hackle-import policy ${to} prints what to grant`;
}

/** Returns what to do about a name such as `bucket.minio`, which few networks know. */
function hintForHost(error: object, url: string): string | undefined {
  const { hostname, code } = error as { hostname?: string; code?: string };
  if (hostname === undefined || !/^(ENOTFOUND|EAI_AGAIN)$/.test(code ?? '')) return undefined;
  const [, bucket = ''] = /^s3:\/\/([^/]*)/.exec(url) ?? [];
  const isVirtual = hostname.startsWith(`${bucket}.`) && !/\.amazonaws\.com/.test(hostname);
  const server = hostname.slice(bucket.length + 1);
  return isVirtual
    ? `the bucket is before the name of the server, ${server}: --path-style puts it into the path instead`
    : undefined;
}

/**
 * Turns an error of the SDK into one for a person: what it means, where it happened, and what to do. Only the
 * SDK's message is kept, because its error objects hold whole requests, with signatures and tokens.
 */
export function explainS3(
  error: unknown,
  action: string,
  url: string,
  code: ErrorCode = 'E_STORE_WRITE',
): ImportError {
  if (error instanceof ImportError) return error;
  const root = inner(error) as NodeJS.ErrnoException;
  const tries =
    error instanceof GaveUpError ? `${error.attempts} attempts in ${error.seconds} s` : '';
  const failure = root instanceof ConnectionError ? root : explainCredentials(root);
  if (failure !== undefined) {
    const { message, hint } = failure;
    const facts = [failure.code, tries].filter((text) => text !== '').join(', ');
    const cause = new Error(message);
    return new ImportError(code, `cannot ${action} ${url}: ${message} (${facts})`, { hint, cause });
  }
  const name = s3ErrorCode(error);
  const status = s3ErrorStatus(error);
  const known =
    EXPLANATIONS[name] ??
    EXPLANATIONS[root.code ?? ''] ??
    EXPLANATIONS[BY_STATUS[status ?? 0] ?? ''];
  const network = known === undefined && (isNetworkError(error) || isBrokenReply(root));
  const [meaning, usual] = known ?? (network ? NETWORK : [undefined, undefined]);
  const hint = hintForHost(root, url) ?? hintFor(meaning, name, url, code) ?? usual;
  const facts = [
    status === undefined ? '' : `HTTP ${status}`,
    [name, root.code].filter((text) => text && !NAMELESS.test(text)).join(' '),
    tries,
  ].filter((text) => text !== '');
  const message = root.message || (root as AggregateError).errors?.[0]?.message || 'unknown error';
  const what = [meaning, NAMELESS.test(message) ? '' : message].filter(Boolean).join(': ');
  const cause = new Error(`${name}: ${message}`);
  if (root.stack !== undefined) cause.stack = root.stack;
  return new ImportError(code, `cannot ${action} ${url}: ${what} (${facts.join(', ')})`, {
    ...(hint !== undefined && { hint }),
    cause,
  });
}
