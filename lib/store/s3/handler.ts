import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type ConnectionError, noConnection } from '../connection/connection-error.ts';
import { type NamedProxy, proxyFor, type Target } from '../connection/proxy.ts';
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
    // Throws where the proxy's URL is wrong: from the agent, the base class would not clear its timers.
    const proxy = proxyFor(server);
    let answer: Awaited<ReturnType<Handle>>;
    try {
      answer = await super.handle(...args);
    } catch (error) {
      throw (await explain(error, server, proxy)) ?? error;
    }
    if (proxy === undefined || answer.response.statusCode !== 407) return answer;
    answer.response.body.destroy();
    throw proxyRefusal(proxy, 407);
  }
}

/** What the SDK says of a request whose connection took too long; it has a name, but no code. */
const NOT_CONNECTED = /did not establish a connection/;

async function explain(
  error: unknown,
  server: Target,
  proxy: NamedProxy | undefined,
): Promise<ConnectionError | undefined> {
  const unreachable = proxy && proxyUnreachable(proxy, error);
  if (unreachable !== undefined) return unreachable;
  if (NOT_CONNECTED.test((error as Error).message)) {
    return noConnection(`${server.host}:${server.port}`);
  }
  return server.protocol === 'https:' ? explainTls(error, server) : undefined;
}
