import type { ConnectionError } from '../connection/connection-error.ts';
import { explainTls } from '../connection/tls-error.ts';

/**
 * Explains a failure of TLS, with the server or with one that gives credentials; undefined for any other failure.
 *
 * @param endpoint URL of the server of the bucket
 */
export async function tlsFailure(
  error: unknown,
  endpoint: string,
): Promise<ConnectionError | undefined> {
  // node-fetch names the URL in its message only.
  const [, asked = endpoint] =
    /request to (https:\/\/[^/\s]+)/.exec((error as Error).message) ?? [];
  const { protocol, hostname, port } = new URL(asked);
  if (protocol !== 'https:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  return explainTls(error, { host, port: Number(port || 443) });
}
