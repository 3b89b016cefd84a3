import { isTransientStatus } from '../network-errors.ts';
import { ConnectionError } from './connection-error.ts';
import { type NamedProxy, shownProxy } from './proxy.ts';

/** Returns the error for a proxy that refuses to connect to a server; it does not repeat user and password. */
export function proxyRefusal({ name, url }: NamedProxy, status: number): ConnectionError {
  const proxy = shownProxy(url);
  if (status === 407) {
    const problem =
      url.username === ''
        ? 'asks for a user and password'
        : 'does not accept the user and password';
    return new ConnectionError(
      'HTTP 407',
      `the proxy ${proxy} ${problem}`,
      `set them in ${name}: http://USER:PASSWORD@${url.host}, special characters percent-encoded`,
    );
  }
  return new ConnectionError(
    `HTTP ${status}`,
    `the proxy ${proxy} (${name}) does not connect to the server`,
    'check the endpoint, ask who runs the proxy to allow it, or name the server in NO_PROXY',
    isTransientStatus(status),
  );
}

/** Returns the error for a proxy to which no connection was made; undefined if that is not what failed. */
export function proxyUnreachable(
  { name, url }: NamedProxy,
  error: unknown,
): ConnectionError | undefined {
  const { code, syscall, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] };
  if (syscall === undefined && errors !== undefined)
    return proxyUnreachable({ name, url }, errors[0]);
  if (syscall !== 'connect' && syscall !== 'getaddrinfo') return undefined;
  return new ConnectionError(
    code ?? syscall,
    `no connection to the proxy ${shownProxy(url)} (${name})`,
    `check ${name} and the network, or name the server in NO_PROXY`,
    true,
  );
}
