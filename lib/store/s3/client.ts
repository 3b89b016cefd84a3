import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import pLimit, { type LimitFunction } from 'p-limit';
import { STORE_DEFAULTS, type StoreOptions } from '../options.ts';
import { type RetryPolicy, retry } from '../retry.ts';
import { RetryDeadline } from '../retry-deadline.ts';
import { isTransientS3Error, s3ErrorStatus } from './errors.ts';

const CONNECT_MS = 10_000;
/** A request may take this many times as long as a stall: enough for a part on a very slow link. */
const REQUEST_STALLS = 20;
/** Requests without a body at the same time: what they cost is waiting, not memory. */
const MOST_SMALL = 16;
/** Where no region is configured: AWS redirects from here, and other servers accept it. */
const REGION = 'us-east-1';

/** What the SDK says by itself, such as eight lines where both a profile and keys are set, is none of the run's words. */
const nothing = (): void => {};
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

export type Command = Parameters<S3Client['send']>[0];
export type SendOptions = { abortSignal?: AbortSignal };

/** The same client with another way to send; lib-storage takes it too. */
export function withSend(
  client: S3Client,
  send: (command: Command, options?: SendOptions) => Promise<unknown>,
): S3Client {
  return Object.create(client, { send: { value: send } }) as S3Client;
}

/** Clients of one run: they share its sockets, its limit and its way of trying again. */
export interface S3Clients {
  /** Ends with the run: once it is stopped, nothing is tried again. */
  run: S3Client;
  /** For what must be taken back even then, such as a `_SUCCESS`. */
  lasting: S3Client;
  /** For giving up uploads: a few seconds, not more. */
  brief: S3Client;
  /** Of requests that carry bytes. */
  limit: LimitFunction;
}

const BRIEF_MS = 5_000;

/** @param onFailure called with each attempt that failed, also where a later one succeeds */
export async function makeS3Clients(
  options: StoreOptions,
  onFailure: (command: Command, error: unknown) => void = () => {},
): Promise<S3Clients> {
  const limit = pLimit(options.concurrency ?? STORE_DEFAULTS.concurrency);
  const smallLimit = pLimit(MOST_SMALL);
  const client = await makeClient(options);
  const deadline = options.retryFor ?? STORE_DEFAULTS.retryFor;
  const retryDeadline = new RetryDeadline();
  const trying = (policy: Partial<RetryPolicy>): S3Client =>
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
      const most = policy.deadline ?? deadline;
      const own = {
        isTransient: isTransientS3Error,
        onRetry: options.onRetry,
        signal,
        ...policy,
        get deadline() {
          return retryDeadline.deadline(most);
        },
      };
      const lane = hasBytes(command) ? limit : smallLimit;
      return lane(() => retry(own, attempt));
    });
  return {
    run: trying(options.signal ? { signal: options.signal } : {}),
    lasting: trying({}),
    brief: trying({ deadline: Math.min(BRIEF_MS, deadline), longestWait: 1000 }),
    limit,
  };
}

function hasBytes({ input }: Command): boolean {
  return 'Body' in input && input.Body instanceof Uint8Array && input.Body.length > 0;
}

async function makeClient(options: StoreOptions): Promise<S3Client> {
  // On Node 20 the SDK tells every user that later versions of it will not run there.
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
  // An options object, not an Agent: with an Agent of ours, a server that answers early and closes in
  // the middle of a body makes Node emit an error that nobody listens to, and the process dies.
  const agent = {
    keepAlive: true,
    maxSockets: (options.concurrency ?? STORE_DEFAULTS.concurrency) + MOST_SMALL,
  };
  const { endpoint, region, pathStyle = endpoint !== undefined } = options.s3 ?? {};
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    forcePathStyle: pathStyle,
    logger: SILENT,
    followRegionRedirects: endpoint === undefined,
    // Requests are tried again by `retry`, which knows a deadline and the run's end.
    maxAttempts: 1,
    // Otherwise each large body gets a connection of its own, outside every limit, and waits for a
    // `100 Continue` that not every server sends.
    expectContinueHeader: false,
    requestHandler: new NodeHttpHandler({
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: Math.min(CONNECT_MS, stall),
      // Without the second it would only warn.
      requestTimeout: stall * REQUEST_STALLS,
      throwOnRequestTimeout: true,
      socketTimeout: stall,
      // Many requests wait for a socket here by design.
      socketAcquisitionWarningTimeout: 2 ** 31 - 1,
    }),
  };
}
