import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { inspect } from 'node:util';
import t, { type Test } from 'tap';
import { ImportError } from '../../../lib/errors.ts';
import { agentsFor } from '../../../lib/store/connection/agents.ts';
import { ForwardProxy, type ForwardProxyOptions } from '../../servers/forward-proxy.ts';
import type { S3Server } from '../../servers/s3-server.ts';
import {
  ENVIRONMENT,
  openAt,
  PREFIX,
  SECRETS,
  startS3,
  urlOf,
  useToolCredentials,
} from '../../servers/s3-support.ts';
import { CA_FILE, tlsFront } from '../../servers/tls-front.ts';
import { type Outcome, run, until } from '../../support/command.ts';
import { eventsOfDays } from '../../support/events.ts';

const CREDENTIALS = 'me:pass%20word-never-to-be-seen';

/** The variables of proxies, which are absent where a test does not give them. */
interface Variables {
  HTTPS_PROXY?: string;
  HTTP_PROXY?: string;
  NO_PROXY?: string;
  https_proxy?: string;
  http_proxy?: string;
  no_proxy?: string;
}

const NONE: Record<keyof Variables, undefined> = {
  HTTPS_PROXY: undefined,
  HTTP_PROXY: undefined,
  NO_PROXY: undefined,
  https_proxy: undefined,
  http_proxy: undefined,
  no_proxy: undefined,
};

/** Imports 40 events of 20 days from a bucket into the same one. */
async function importBy(
  t: Test,
  server: S3Server,
  endpoint: string,
  variables: Variables,
  ...more: string[]
): Promise<Outcome> {
  server.bucket.objects.clear();
  server.bucket.put(`${PREFIX}/raw/a .ndjson`, Buffer.from(eventsOfDays(40, 20)), {});
  const env = { ...ENVIRONMENT, ...NONE, ...variables, NODE_EXTRA_CA_CERTS: CA_FILE };
  const args = [`s3://bucket/${PREFIX}/raw/a*`, '--to', urlOf(server), '--endpoint', endpoint];
  const outcome = await run([...args, '--debug', ...more], { env });
  for (const secret of [...SECRETS, CREDENTIALS, 'pass word', 'bWU6cGFzcyB3b3Jk']) {
    t.notOk(`${outcome.stdout}${outcome.stderr}`.includes(secret), 'no secret is printed');
  }
  return outcome;
}

function marksOn(server: S3Server): number {
  return [...server.bucket.objects.keys()].filter((key) => key.endsWith('/_SUCCESS')).length;
}

t.test('http: whole URLs, through the proxy alone', async (t) => {
  const server = await startS3(t);
  const proxy = await ForwardProxy.start(t, { credentials: CREDENTIALS });
  const outcome = await importBy(t, server, server.endpoint, { HTTP_PROXY: proxy.url });
  t.match(outcome, { code: 0, stderr: /40 events in 20 days committed/ });
  t.equal(marksOn(server), 20);
  t.equal(proxy.requests.length, server.calls.length, 'every request');
  t.ok(proxy.requests.every((line) => line.includes(` ${server.endpoint}/bucket`)));
  t.ok(proxy.mostAtOnce <= 20, `${proxy.mostAtOnce} connections`);
  t.ok(proxy.mostAtOnce < proxy.requests.length / 4, 'which are kept');
});

t.test('https: CONNECT, and TLS with the server itself', async (t) => {
  const server = await startS3(t);
  const port = await tlsFront(t, server.port);
  const proxy = await ForwardProxy.start(t, { credentials: CREDENTIALS });
  const variables = { https_proxy: proxy.url };
  const outcome = await importBy(t, server, `https://localhost:${port}`, variables);
  t.match(outcome, { code: 0, stderr: /40 events in 20 days committed/ });
  t.equal(marksOn(server), 20);
  t.ok(proxy.requests.every((line) => line === `CONNECT localhost:${port}`));
  // Kept and bounded: 20 at the same time, for ten times as many requests.
  t.ok(proxy.mostAtOnce <= 20, `${proxy.mostAtOnce} connections`);
  t.ok(proxy.requests.length > 0 && proxy.requests.length < 40, `${proxy.requests.length} tunnels`);
});

t.test('NO_PROXY exempts a server', async (t) => {
  const server = await startS3(t);
  const port = await tlsFront(t, server.port);
  const proxy = await ForwardProxy.start(t);
  const both = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
  for (const [endpoint, noProxy] of [
    [server.endpoint, { NO_PROXY: 'example.com,127.0.0.1' }],
    [`https://localhost:${port}`, { no_proxy: `localhost:${port}` }],
  ] as const) {
    const outcome = await importBy(t, server, endpoint, { ...both, ...noProxy });
    t.equal(outcome.code, 0, outcome.stderr);
    t.equal(marksOn(server), 20);
  }
  t.same(proxy.requests, []);
});

/** Lists a bucket by the library, with the variables and little patience; resolves with what it says. */
async function failureOf(t: Test, endpoint: string, variables: Variables): Promise<ImportError> {
  const server = await startS3(t);
  Object.assign(process.env, variables);
  t.teardown(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  const store = await openAt(server, { timeout: 2000, retryFor: 1000 }, endpoint);
  const error = await store.list('').catch((error: unknown) => error);
  t.type(error, ImportError);
  return error as ImportError;
}

t.test('a proxy that cannot reach the server, or is not there, is named', async (t) => {
  useToolCredentials();
  const proxy = await ForwardProxy.start(t);
  const nowhere = 'https://localhost:1';
  t.match(await failureOf(t, nowhere, { HTTPS_PROXY: proxy.url }), {
    message: `the proxy http://${proxy.host} (HTTPS_PROXY) does not connect to the server (HTTP 502`,
    hint: /NO_PROXY/,
  });
  t.match(await failureOf(t, 'http://localhost:1', { HTTP_PROXY: 'http://no.invalid' }), {
    message: /no connection to the proxy http:\/\/no.invalid \(HTTP_PROXY\) \(E/,
  });
  t.match(await failureOf(t, nowhere, { HTTPS_PROXY: 'localhost:1' }), {
    message: /no connection to the proxy http:\/\/localhost:1 \(HTTPS_PROXY\) \(ECONNREFUSED/,
    hint: /check HTTPS_PROXY/,
  });
});

t.test('a proxy that does not accept the password: it is in no part of the error', async (t) => {
  useToolCredentials();
  const proxy = await ForwardProxy.start(t, { credentials: 'another:one' });
  const url = `http://${CREDENTIALS}@${proxy.host}`;
  for (const endpoint of ['http://localhost:1', 'https://localhost:1']) {
    const error = await failureOf(t, endpoint, { HTTP_PROXY: url, HTTPS_PROXY: url });
    t.match(error.message, `the proxy http://${proxy.host} does not accept the user and password`);
    const all = inspect(error, { depth: 20, showHidden: true, maxStringLength: null });
    for (const secret of ['pass%20word', 'pass word', 'bWU6cGFzcyB3b3Jk']) {
      t.notOk(all.includes(secret), secret);
    }
  }
});

t.test('a proxy that never answers is given up', async (t) => {
  useToolCredentials();
  for (const endpoint of ['http://localhost:1', 'https://localhost:1']) {
    const proxy = await ForwardProxy.start(t, { isSilent: true });
    const variables = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    t.match(await failureOf(t, endpoint, variables), { code: 'E_STORE_WRITE' });
    t.equal(proxy.requests.length > 0, true);
    await until('the connections to end', () => proxy.connections === 0);
  }
});

t.test('sockets through a proxy are kept and bounded', async (t) => {
  const { port } = await startS3(t);
  const tlsPort = await tlsFront(t, port);
  const ca = readFileSync(CA_FILE);
  const proxy = await ForwardProxy.start(t);
  Object.assign(process.env, { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
  t.teardown(() => {
    delete process.env.HTTP_PROXY;
    delete process.env.HTTPS_PROXY;
  });
  const { httpAgent, httpsAgent } = agentsFor({
    keepAlive: true,
    maxSockets: 3,
    connectTimeout: 10_000,
  });
  const urls = [`http://localhost:${port}/`, `https://localhost:${tlsPort}/`];
  for (const url of urls) {
    const before = proxy.connections;
    const answers = Array.from({ length: 12 }, async () => {
      const request = url.startsWith('https')
        ? https.get(url, { agent: httpsAgent as https.Agent, ca })
        : http.get(url, { agent: httpAgent as http.Agent });
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
      return answer.statusCode;
    });
    t.same(new Set(await Promise.all(answers)), new Set([403]), url);
    t.ok(proxy.connections - before <= 6, 'three to the proxy, three from it');
  }
  t.equal(proxy.mostAtOnce <= 6, true);
  t.equal(proxy.requests.filter((line) => line.startsWith('CONNECT')).length, 3);
  for (const agent of [httpAgent, httpsAgent]) (agent as http.Agent).destroy();
});

t.test('connections that break in the middle of a body do not end the process', async (t) => {
  const server = await startS3(t);
  const port = await tlsFront(t, server.port);
  let faults = 0;
  const isDue = (): boolean => faults < 12 && faults++ < 12;
  const isLarge = ({ headers }: IncomingMessage): boolean =>
    Number(headers['content-length']) > 300_000;
  for (const [endpoint, options] of [
    [server.endpoint, { breaks: (bytes) => bytes > 300_000 && isDue() }],
    [server.endpoint, { answersEarly: (request) => isLarge(request) && isDue() }],
    [`https://localhost:${port}`, { breaks: (bytes) => bytes > 300_000 && isDue() }],
  ] satisfies [string, ForwardProxyOptions][]) {
    faults = 0;
    const proxy = await ForwardProxy.start(t, options);
    const proxies = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    server.bucket.objects.clear();
    const args = ['-', '--to', urlOf(server), '--endpoint', endpoint, '--compression', 'none'];
    const outcome = await run(args, {
      env: { ...ENVIRONMENT, ...NONE, ...proxies, NODE_EXTRA_CA_CERTS: CA_FILE },
      stdin: eventsOfDays(4000, 4, 600),
    });
    t.equal(outcome.code, 0, outcome.stderr);
    t.equal(marksOn(server), 4);
    t.equal(faults, 12);
  }
});
