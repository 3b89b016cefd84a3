import { BlockList, isIP } from 'node:net';
import { ImportError } from '../../errors.ts';

/** The server that a request goes to. */
export interface Target {
  protocol: 'http:' | 'https:';
  /** Name or address, an IPv6 address without brackets. */
  host: string;
  port: number;
}

/** A proxy, and the variable that names it. */
export interface NamedProxy {
  name: string;
  url: URL;
}

/** Whether the environment names a proxy for any request. */
export function hasProxy(): boolean {
  return variable('https_proxy') !== undefined || variable('http_proxy') !== undefined;
}

/**
 * Returns the proxy for requests to a server, as curl chooses it: HTTPS_PROXY or HTTP_PROXY by the URL's scheme,
 * unless NO_PROXY exempts the server. Names in lower case win. A proxy without a scheme is one for `http://`.
 *
 * @throws ImportError E_USAGE
 */
export function proxyFor(target: Target): NamedProxy | undefined {
  const found = variable(target.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  if (found === undefined || isExempt(target)) return undefined;
  const { name, value } = found;
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return { name, url };
  // Not the value itself: it may contain a password.
  const got = url === undefined ? 'what is no URL' : `one with ${url.protocol}//`;
  throw new ImportError(
    'E_USAGE',
    `${name}: expected a URL such as http://proxy:3128, got ${got}`,
    {
      hint: `Set ${name} to an HTTP proxy, or name the server in NO_PROXY.`,
    },
  );
}

/** Returns a proxy's URL for messages, without user and password. */
export function shownProxy({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** An entry covers a host of its name, all names below it, or with `/` a range of addresses; `*` covers all. */
function isExempt({ host, port }: Target): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  const entries =
    variable('no_proxy')
      ?.value.toLowerCase()
      .split(/[\s,]+/) ?? [];
  return entries.some((entry) => {
    const [, given = entry, ofPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
    if (ofPort !== undefined && Number(ofPort) !== port) return false;
    const covered = given.replace(/^\[|\]$/g, '').replace(/^\*?\.(?=.)/, '');
    if (covered === '') return false;
    if (covered.includes('/')) return isInRange(name, covered);
    return covered === '*' || name === covered || name.endsWith(`.${covered}`);
  });
}

function isInRange(address: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(network);
  const most = family === 6 ? 128 : 32;
  if (family === 0 || isIP(address) !== family || !(Number(bits) <= most)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(address, type);
}

function variable(lower: string): { name: string; value: string } | undefined {
  for (const name of [lower, lower.toUpperCase()]) {
    const value = process.env[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}
