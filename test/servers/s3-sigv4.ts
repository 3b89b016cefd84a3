import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Fault } from './s3-fault.ts';

// AWS Signature Version 4 as S3 checks it, written from its documentation ("Authenticating Requests:
// Using the Authorization Header") and not from the SDK, whose work it judges.

export interface Credentials {
  secret: string;
  /** Temporary credentials have one, and end. */
  token?: string;
  expired?: boolean;
}

const MAX_SKEW_MS = 15 * 60_000;

/** Checks who sent a request, and that nothing of it was changed; gives the access key. */
export function verify(
  request: IncomingMessage,
  body: Buffer,
  users: ReadonlyMap<string, Credentials>,
  now: number,
): string {
  const header = request.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) throw new S3Fault(403, 'AccessDenied', 'a signature is required');
  const [, key = '', date = '', region = '', signedHeaders = '', signature = ''] = match;
  const user = users.get(key);
  if (user === undefined) {
    throw new S3Fault(403, 'InvalidAccessKeyId', 'the access key does not exist');
  }
  if (user.token !== request.headers['x-amz-security-token']) {
    throw new S3Fault(403, 'InvalidToken', 'the session token is not valid');
  }
  if (user.expired) throw new S3Fault(400, 'ExpiredToken', 'The provided token has expired.');
  const time = String(request.headers['x-amz-date']);
  const sent = Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!time.startsWith(date) || !(Math.abs(now - sent) < MAX_SKEW_MS)) {
    throw new S3Fault(403, 'RequestTimeTooSkewed', 'the difference between the times is too large');
  }
  const payload = String(request.headers['x-amz-content-sha256']);
  if (payload.startsWith('STREAMING-')) {
    throw new S3Fault(501, 'NotImplemented', 'aws-chunked bodies are not understood here');
  }
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(body)) {
    throw new S3Fault(400, 'XAmzContentSHA256Mismatch', 'the body is not what was signed');
  }
  const names = signedHeaders.split(';');
  const required = ['host', ...Object.keys(request.headers).filter((n) => n.startsWith('x-amz-'))];
  if (required.some((name) => !names.includes(name))) {
    throw new S3Fault(403, 'AccessDenied', 'there were headers present which were not signed');
  }
  const url = new URL(request.url ?? '/', 'http://host');
  const canonical = [
    request.method,
    // What is sent is signed: each byte of the path encoded once.
    url.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    canonicalQuery(url.search),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders,
    payload,
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signing = [date, region, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${user.secret}`),
  );
  if (!timingSafeEqual(hmac(signing, text), Buffer.from(signature, 'hex'))) {
    throw new S3Fault(403, 'SignatureDoesNotMatch', 'the signature does not match');
  }
  return key;
}

function canonicalQuery(search: string): string {
  if (search.length < 2) return '';
  return search
    .slice(1)
    .split('&')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return `${encode(decode(name))}=${encode(decode(value))}`;
    })
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&');
}

const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
