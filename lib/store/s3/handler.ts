import { NodeHttpHandler } from '@smithy/node-http-handler';
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
      const proxy = proxyFor(server);
      const known =
        (proxy && proxyUnreachable(proxy, error)) ??
        (protocol === 'https:' ? await explainTls(error, server) : undefined);
      throw known ?? error;
    }
    const proxy = answer.response.statusCode === 407 ? proxyFor(server) : undefined;
    if (proxy === undefined) return answer;
    answer.response.body.destroy();
    throw proxyRefusal(proxy, 407);
  }
}
