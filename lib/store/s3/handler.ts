import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type ConnectionError, noConnection } from '../connection/connection-error.ts';
import { proxyFor, type Target } from '../connection/proxy.ts';
import { proxyRefusal, proxyUnreachable } from '../connection/proxy-error.ts';
import { explainTls } from '../connection/tls-error.ts';

type Handle = NodeHttpHandler['handle'];

/** Sends the requests of a client. It knows their server, which failures of TLS and answers of a proxy do not name. */
export class S3Handler extends NodeHttpHandler {
  override async handle(...args: Parameters<Handle>): ReturnType<Handle> {
    const [request] = args;
    const protocol = request.protocol === 'https:' ? 'https:' : 'http:';
    const port = request.port ?? (protocol === 'https:' ? 443 : 80);
    const server: Target = { protocol, host: request.hostname, port };
    let answer: Awaited<ReturnType<Handle>>;
    try {
      answer = await super.handle(...args);
    } catch (error) {
      throw (await explain(error, server)) ?? error;
    }
    const proxy = answer.response.statusCode === 407 ? proxyFor(server) : undefined;
    if (proxy === undefined) return answer;
    answer.response.body.destroy();
    throw proxyRefusal(proxy, 407);
  }
}

/** What the SDK says of a request whose connection took too long; it has a name, but no code. */
const NOT_CONNECTED = /did not establish a connection/;

async function explain(error: unknown, server: Target): Promise<ConnectionError | undefined> {
  const proxy = proxyFor(server);
  const unreachable = proxy && proxyUnreachable(proxy, error);
  if (unreachable !== undefined) return unreachable;
  if (NOT_CONNECTED.test((error as Error).message)) {
    return noConnection(`${server.host}:${server.port}`);
  }
  return server.protocol === 'https:' ? explainTls(error, server) : undefined;
}
