import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import pLimit, { type LimitFunction } from 'p-limit';
import { giveAddressesTime } from '../connection/address-attempts.ts';
import { agentsFor } from '../connection/agents.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../options.ts';
import { type RetryPolicy, retry } from '../retry.ts';
import { RetryDeadline } from '../retry-deadline.ts';
import { LOGGER } from './credentials.ts';
import { addDemands } from './demands.ts';
import { isTransientS3Error, s3ErrorStatus } from './errors.ts';
import { S3Handler } from './handler.ts';

const CONNECT_MS = 10_000;
/** A request may take this many times the stall timeout: enough for a part on a very slow link. */
const REQUEST_STALLS = 20;
/** Requests without a body at the same time: they cost waiting, not memory. */
const MOST_SMALL = 16;
/** The region if none is configured: AWS redirects from it, and other servers accept it. */
const REGION = 'us-east-1';

export type Command = Parameters<S3Client['send']>[0];
export type SendOptions = { abortSignal?: AbortSignal };

/** Returns a client that differs only in how it sends; lib-storage accepts it too. */
export function withSend(
  client: S3Client,
  send: (command: Command, options?: SendOptions) => Promise<unknown>,
): S3Client {
  return Object.create(client, { send: { value: send } }) as S3Client;
}

/** The clients of one run, which share its sockets and limits and differ in how they retry. */
export interface S3Clients {
  /** Stops with the run: once the run is aborted, nothing is retried. */
  run: S3Client;
  /** Retries even after an abort: for what must be undone then, such as a `_SUCCESS`. */
  lasting: S3Client;
  /** Retries for a few seconds only: for aborting uploads. */
  brief: S3Client;
  /** Limits the requests that carry bytes. */
  limit: LimitFunction;
}

const BRIEF_MS = 5_000;

/** @param onFailure called for each failed attempt, also where a later one succeeds */
export async function makeS3Clients(
  options: StoreOptions,
  onFailure: (command: Command, error: unknown) => void = () => {},
): Promise<S3Clients> {
  const limit = pLimit(options.concurrency ?? STORE_DEFAULTS.concurrency);
  const smallLimit = pLimit(MOST_SMALL);
  const client = await makeClient(options);
  addDemands(client, () => options.s3 ?? {});
  const deadline = options.retryFor ?? STORE_DEFAULTS.retryFor;
  const retryDeadline = new RetryDeadline();
  const clientWith = (policy: Partial<RetryPolicy>): S3Client =>
    withSend(client, (command, sendOptions = {}) => {
      const signal = sendOptions.abortSignal;
      const attempt = async (): Promise<unknown> => {
        try {
          const answer = await client.send(command, sendOptions);
          retryDeadline.answered();
          return answer;
        } catch (error) {
          if (s3ErrorStatus(error) !== undefined) retryDeadline.answered();
          onFailure(command, error);
          throw error;
        }
      };
      const limitMs = policy.deadline ?? deadline;
      const retryPolicy = {
        isTransient: isTransientS3Error,
        onRetry: options.onRetry,
        signal,
        ...policy,
        get deadline() {
          return retryDeadline.deadline(limitMs);
        },
      };
      const lane = hasBytes(command) ? limit : smallLimit;
      return lane(() => retry(retryPolicy, attempt));
    });
  return {
    run: clientWith(options.signal ? { signal: options.signal } : {}),
    lasting: clientWith({}),
    brief: clientWith({ deadline: Math.min(BRIEF_MS, deadline), longestWait: 1000 }),
    limit,
  };
}

function hasBytes({ input }: Command): boolean {
  return 'Body' in input && input.Body instanceof Uint8Array && input.Body.length > 0;
}

async function makeClient(options: StoreOptions): Promise<S3Client> {
  giveAddressesTime();
  // On Node 20 the SDK warns every user that later versions of it will not run there.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const config = clientConfig(options);
  const client = new S3Client(config);
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return new S3Client({ ...config, region: REGION });
  }
}

function clientConfig(options: StoreOptions): S3ClientConfig {
  const stall = options.timeout ?? STORE_DEFAULTS.timeout;
  const connectTimeout = Math.min(CONNECT_MS, stall);
  const agents = agentsFor({
    keepAlive: true,
    maxSockets: (options.concurrency ?? STORE_DEFAULTS.concurrency) + MOST_SMALL,
    connectTimeout,
  });
  const { endpoint, pathStyle = endpoint !== undefined || isLocalEndpoint() } = options.s3 ?? {};
  // The SDK does not read AWS_DEFAULT_REGION, which AWS's other tools read.
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = options.s3?.region ?? (AWS_REGION || AWS_DEFAULT_REGION || undefined);
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    forcePathStyle: pathStyle,
    logger: LOGGER,
    followRegionRedirects: endpoint === undefined,
    // `retry` retries requests, because it respects a deadline and the run's signal.
    maxAttempts: 1,
    // With it each large body would get a connection of its own, outside every limit, and wait for a
    // `100 Continue` that not every server sends.
    expectContinueHeader: false,
    // Every read asks for a range, for which S3 gives no checksum. Servers that give that of the whole object (moto)
    // would fail each read.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new S3Handler({
      ...agents,
      connectionTimeout: connectTimeout,
      // Without throwOnRequestTimeout the handler would only warn.
      requestTimeout: stall * REQUEST_STALLS,
      throwOnRequestTimeout: true,
      socketTimeout: stall,
      // By design, many requests wait for a socket.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    }),
  };
}

/** Whether the environment names a server on this machine: `bucket.localhost` is not a name that everything knows. */
function isLocalEndpoint(): boolean {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  return /^https?:\/\/localhost(?=[:/]|$)/i.test(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL || '');
}
