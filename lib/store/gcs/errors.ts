import { type ErrorCode, ImportError } from '../../errors.ts';
import { importUrl } from '../bucket-url.ts';
import { ConnectionError } from '../connection/connection-error.ts';
import { isNetworkError, isTransientStatus } from '../network-errors.ts';
import { GaveUpError } from '../retry.ts';

/** What was being done when an error occurred. */
export interface GcsAction {
  /** A verb that continues "cannot …": `list`, `write`, `remove`, `read`. */
  verb: string;
  /** URL of the object or prefix. */
  target: string;
  /** The permission that the action takes, for when the answer does not name one. */
  permission: string;
  code: Extract<ErrorCode, 'E_STORE_WRITE' | 'E_INPUT_READ'>;
  /** Where the credentials come from, for messages. */
  credentials?: string | undefined;
}

/** Thrown when no byte came or went for too long. */
export class StallError extends Error {
  constructor() {
    super('no answer in time');
  }
}

interface ApiAnswer {
  error?: { message?: unknown; errors?: { reason?: unknown }[] } | string;
  error_description?: unknown;
}

/** The shapes that errors of @google-cloud/storage, gaxios, node-fetch and Node have. */
interface AnyError {
  message?: string;
  code?: unknown;
  status?: unknown;
  type?: unknown;
  errors?: { reason?: unknown; message?: unknown }[];
  response?: { status?: number; statusCode?: number; data?: ApiAnswer | string };
  cause?: unknown;
}

/** Returns the HTTP status of an answer that became an error; undefined if there was no complete answer. */
export function statusOf(error: unknown): number | undefined {
  const { response, status, code } = error as AnyError;
  const found = response?.status ?? response?.statusCode ?? status ?? code;
  const number = typeof found === 'string' && /^[1-5]\d\d$/.test(found) ? Number(found) : found;
  // A successful answer that was truncated does not count.
  return typeof number === 'number' && number >= 300 ? number : undefined;
}

/** https://cloud.google.com/storage/docs/retry-strategy */
const TRANSIENT_REASON = /^(rateLimitExceeded|userRateLimitExceeded|backendError|internalError)$/;
/** Messages of gaxios and node-fetch for network errors without a code. */
const NETWORK_TEXT =
  /socket hang up|premature close|network timeout|response timeout|invalid json|invalid response body/i;

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ImportError) return false;
  const { errors = [], message = '' } = error as AnyError;
  const status = statusOf(error);
  if (status !== undefined) {
    const reasons = [...errors.map(({ reason }) => reason), ...answerOf(error).reasons];
    return (
      isTransientStatus(status) || reasons.some((reason) => TRANSIENT_REASON.test(String(reason)))
    );
  }
  return isConnectionProblem(error) || error instanceof StallError || NETWORK_TEXT.test(message);
}

/**
 * Says that a request cannot be tried, if the server refused it for a reason of its own. Undefined for what every
 * other request would meet too, such as wrong credentials, or a bucket that does not exist or is not paid for.
 */
export function untriable(error: unknown): string | undefined {
  const status = statusOf(error);
  const text = redact(textOf(error));
  const isOwn = status !== undefined && [400, 404, 405, 411, 412, 501].includes(status);
  if (!isOwn || /bucket does not exist|NoSuchBucket/i.test(text) || REQUESTER_PAYS.test(text)) {
    return undefined;
  }
  return `the server does not take the request (HTTP ${status}): ${text}`;
}

const REQUESTER_PAYS = /requester pays/i;

/** Returns what an answer says if a constraint of the organisation refuses the request; undefined if none does. */
export function constraintIn(data: unknown): string | undefined {
  const { message = '', reasons } = answerOf({ response: { data } });
  const isOne = reasons.includes('orgPolicyConstraintFailed') || /\bconstraints?\//.test(message);
  return isOne ? redact(message) : undefined;
}

/** Turns a failure into an error for a person, with what to do. Leaves out credentials and upload addresses. */
export function explain(failure: unknown, action: GcsAction): ImportError {
  const error = failure instanceof GaveUpError ? failure.cause : failure;
  if (error instanceof ImportError) return error;
  if (error instanceof ConnectionError) {
    const text = `cannot ${action.verb} ${action.target}: ${error.message} (${error.code})`;
    return new ImportError(action.code, text, { hint: error.hint, cause: error });
  }
  const tries =
    failure instanceof GaveUpError ? ` (${failure.attempts} attempts in ${failure.seconds} s)` : '';
  const status = statusOf(error);
  const credentials = credentialProblem(error, action.credentials);
  const { message, hint } = credentials ?? reasonFor(error, status, action);
  return new ImportError(
    status === 404 && action.code === 'E_INPUT_READ' ? 'E_INPUT_NOT_FOUND' : action.code,
    `cannot ${action.verb} ${action.target}: ${message}${tries}`,
    {
      hint,
      // Not the error itself, because it holds the request's headers and address.
      cause: new Error(credentials?.message ?? redact(textOf(error))),
    },
  );
}

function reasonFor(
  error: unknown,
  status: number | undefined,
  { permission, target, code }: GcsAction,
): { message: string; hint: string } {
  const [, bucket = ''] = /^gs:\/\/([^/]*)/.exec(target) ?? [];
  const text = redact(textOf(error));
  switch (status) {
    case 401:
      return {
        message: 'the credentials were refused (401): they are wrong, expired or revoked',
        hint: `${SIGN_IN} Also check this machine's clock.`,
      };
    case 403: {
      const named = /storage\.(?:objects|buckets)\.[a-z]+/i.exec(text)?.[0] ?? permission;
      return {
        message: `no permission (403); ${named} is missing: ${text}`,
        hint: `Grant ${named} on the bucket ${bucket}${code === 'E_STORE_WRITE' ? `: ${adviceFor(importUrl(target))}` : '.'}`,
      };
    }
    case 400:
      if (!REQUESTER_PAYS.test(text)) break;
      return {
        message: `the bucket lets the requester pay (400): ${text}`,
        hint: 'Name the project that pays: --user-project ID. It takes serviceusage.services.use on this project.',
      };
    case 404:
      return {
        message: `there is no such ${/bucket does not exist|NoSuchBucket/i.test(text) ? `bucket as ${bucket}` : 'object'} (404)`,
        hint: 'Check the name; a bucket must be created before the first run.',
      };
  }
  if (status === undefined && isConnectionProblem(error)) {
    return {
      message: `the connection failed: ${text.replace(/^request to \S+ failed, reason: /, '')}`,
      hint: 'Check the network and --endpoint. Run again; what was not committed is written again.',
    };
  }
  return {
    message: status === undefined ? text : `the server answered ${status}: ${text}`,
    hint: 'Run again; what was not committed is written again.',
  };
}

function adviceFor(url: string): string {
  return `hackle-import policy ${url} prints the role, hackle-import doctor ${url} tries every permission.`;
}

function isConnectionProblem(error: unknown): boolean {
  return isNetworkError(error) || (error as AnyError).code === 'ENOTFOUND';
}

const SIGN_IN =
  'Sign in with gcloud auth application-default login, or name a key file with GOOGLE_APPLICATION_CREDENTIALS or --key-file.';

/** Recognises problems with credentials. The original text is not shown, because it may quote the key file. */
function credentialProblem(
  error: unknown,
  from = 'application default credentials',
): { message: string; hint: string } | undefined {
  const { message = '', response } = error as AnyError;
  const [, file] = /^The file at (.+?) does not exist, or it is not a file/.exec(message) ?? [];
  if (file !== undefined) {
    return {
      message: `the token in ${file}, which the credentials (${from}) name, cannot be read`,
      hint: 'Check that the file of the workload identity is mounted there and that this user may read it.',
    };
  }
  if (/default credentials/i.test(message)) {
    return { message: 'found no credentials', hint: SIGN_IN };
  }
  if (/invalid_grant|invalid_client|unauthorized_client|invalid_target/.test(message)) {
    return {
      message: `the credentials (${from}) were refused: they are wrong, expired or revoked`,
      hint: `${SIGN_IN} Also check this machine's clock.`,
    };
  }
  if (
    response === undefined &&
    /PEM|private[_ ]key|DECODER|asn1|credential|ENOENT/i.test(message)
  ) {
    return { message: `the credentials (${from}) cannot be used`, hint: SIGN_IN };
  }
  return undefined;
}

function answerOf(error: unknown): { message: string | undefined; reasons: unknown[] } {
  let data = (error as AnyError).response?.data;
  if (typeof data === 'string') {
    try {
      data = JSON.parse(data) as ApiAnswer;
    } catch {
      return { message: undefined, reasons: [] };
    }
  }
  const body = data?.error;
  if (typeof body !== 'object') {
    const description = data?.error_description;
    return { message: typeof description === 'string' ? description : undefined, reasons: [] };
  }
  const reasons = Array.isArray(body.errors) ? body.errors.map(({ reason }) => reason) : [];
  return { message: typeof body.message === 'string' ? body.message : undefined, reasons };
}

function textOf(error: unknown): string {
  const { code, message = String(error) } = error as AnyError;
  // The message of node-fetch contains the whole address.
  if (/^(network|response) timeout/i.test(message)) return new StallError().message;
  const text = (answerOf(error).message ?? message).trim().split('\n')[0] ?? '';
  return text === '' ? String(code ?? 'unknown') : text;
}

/** Removes tokens and the addresses of uploads: knowing such an address is enough to write to it. */
function redact(text: string): string {
  return text
    .replace(/upload_id=[^&\s"',]+/g, 'upload_id=…')
    .replace(/Bearer\s+\S+/gi, 'Bearer …')
    .replace(/\bya29\.[\w.-]+/g, '…')
    .replace(/\beyJ[\w-]+\.[\w.-]+/g, '…')
    .slice(0, 500);
}
