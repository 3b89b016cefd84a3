import t from 'tap';
import {
  hasProxy,
  proxyFor,
  shownProxy,
  type Target,
} from '../../../lib/store/connection/proxy.ts';

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

t.beforeEach(() => {
  for (const name of NAMES) delete process.env[name];
});

function fail(): never {
  throw new Error('no proxy');
}

function https(host: string, port = 443): Target {
  return { protocol: 'https:', host, port };
}

t.test('the proxy of a scheme', async (t) => {
  t.notOk(hasProxy());
  t.equal(proxyFor(https('a.example')), undefined);
  process.env.HTTPS_PROXY = 'http://me:secret@proxy:3128';
  t.ok(hasProxy());
  const proxy = proxyFor(https('a.example')) ?? fail();
  t.match(proxy, { name: 'HTTPS_PROXY', url: { host: 'proxy:3128', username: 'me' } });
  t.equal(shownProxy(proxy.url), 'http://proxy:3128');
  t.equal(proxyFor({ protocol: 'http:', host: 'a.example', port: 80 }), undefined);
  process.env.http_proxy = 'plain:80';
  t.equal(proxyFor({ protocol: 'http:', host: 'a.example', port: 80 })?.url.href, 'http://plain/');
});

t.test('lower case wins, and an empty one counts as absent', async (t) => {
  process.env.HTTPS_PROXY = 'http://upper';
  process.env.https_proxy = 'http://lower';
  t.equal(proxyFor(https('a.example'))?.url.host, 'lower');
  process.env.https_proxy = ' ';
  t.equal(proxyFor(https('a.example'))?.url.host, 'upper');
});

t.test('NO_PROXY', async (t) => {
  process.env.HTTPS_PROXY = 'proxy:3128';
  const cases: [noProxy: string, exempt: Target[], others: Target[]][] = [
    ['*', [https('a.example'), https('10.0.0.1'), https('::1')], []],
    ['example.com', [https('example.com'), https('a.b.EXAMPLE.com')], [https('anexample.com')]],
    ['.example.com', [https('example.com'), https('a.example.com')], [https('xexample.com')]],
    ['*.example.com', [https('a.example.com')], [https('example.com.evil')]],
    ['localhost, 10.1.2.3', [https('localhost'), https('10.1.2.3')], [https('10.1.2.30')]],
    [
      'a.example:9000 b.example',
      [https('a.example', 9000), https('b.example', 1)],
      [https('a.example')],
    ],
    [
      '10.0.0.0/8,fd00::/8',
      [https('10.9.8.7'), https('fd00::1')],
      [https('11.0.0.1'), https('fe80::1')],
    ],
    ['[::1]', [https('::1')], [https('::2')]],
    ['[::1]:9000', [https('::1', 9000)], [https('::1')]],
    ['10.0.0.0/99, ,/8,.', [], [https('10.0.0.1'), https('a.example')]],
  ];
  for (const name of ['NO_PROXY', 'no_proxy']) {
    for (const [value, exempt, others] of cases) {
      process.env[name] = value;
      for (const each of exempt) t.equal(proxyFor(each), undefined, `${value} ${each.host}`);
      for (const each of others) t.ok(proxyFor(each), `${value} ${each.host}`);
    }
    delete process.env[name];
  }
});

t.test('what is no HTTP proxy is refused, and not repeated', async (t) => {
  for (const [value, got] of [
    ['socks5://me:hunter2@proxy:1080', 'socks5://'],
    ['http://me:hunter2@:x', 'no URL'],
  ] as const) {
    process.env.HTTPS_PROXY = value;
    const error = t.throws(() => proxyFor(https('a.example')), {
      code: 'E_USAGE',
      message: `HTTPS_PROXY: expected a URL such as http://proxy:3128, got`,
    }) as unknown as Error;
    t.match(error.message, got);
    t.notMatch(JSON.stringify([error.message, error]), 'hunter2');
  }
});
