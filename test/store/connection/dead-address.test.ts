// A server with several addresses of which one is dead, as DNS gives them.
import dns from 'node:dns';
import { getDefaultAutoSelectFamilyAttemptTimeout, isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import t, { type Test } from 'tap';
import type { Store } from '../../../lib/store/contract.ts';
import { openStore } from '../../../lib/store/open.ts';
import { makeDead } from '../../servers/dead-address.ts';
import { GcsServer } from '../../servers/gcs-server.ts';
import { optionsFor, startS3, urlOf, useToolCredentials } from '../../servers/s3-support.ts';

const skip = process.platform === 'linux' ? false : 'needs 127.0.0.2';
const HOST = 'store.test';
const DEAD = '127.0.0.2';
const LIVING = '127.0.0.1';

/** Lets the name of the server have these addresses, in this order. */
function useAddresses(t: Test, ...addresses: string[]): void {
  const { lookup } = dns;
  t.teardown(() => {
    dns.lookup = lookup;
  });
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  const answer = (name: string, options: object, callback: (...args: unknown[]) => void): void => {
    const [{ address, family } = { address: '', family: 4 }] = found;
    if (name !== HOST) lookup(name, options, callback);
    else if ('all' in options && options.all === true) callback(null, found);
    else callback(null, address, family);
  };
  dns.lookup = answer as typeof dns.lookup;
}

/** Puts an object and lists it, which must not take long. */
async function check(t: Test, store: Store, limit: number): Promise<number> {
  const begin = performance.now();
  await store.put('dt=2023-01-01/_SUCCESS', new Uint8Array(0));
  t.equal((await store.list('')).length, 1);
  const took = performance.now() - begin;
  t.ok(took < limit, `${Math.round(took)} ms`);
  return took;
}

t.test('S3: a dead address costs a second, the time that one far away has', { skip }, async (t) => {
  useToolCredentials();
  const server = await startS3(t);
  await makeDead(t, DEAD, server.port);
  useAddresses(t, DEAD, LIVING);
  const options = optionsFor(`http://${HOST}:${server.port}`, { retryFor: 0 });
  const took = await check(t, openStore(urlOf(server), options), 8000);
  t.ok(took > 900, `${Math.round(took)} ms`);
  t.ok(getDefaultAutoSelectFamilyAttemptTimeout() >= 1000);
});

t.test('S3: a dead one after the living one costs nothing', { skip }, async (t) => {
  useToolCredentials();
  const server = await startS3(t);
  await makeDead(t, DEAD, server.port);
  useAddresses(t, LIVING, DEAD);
  const options = optionsFor(`http://${HOST}:${server.port}`, { retryFor: 0 });
  await check(t, openStore(urlOf(server), options), 5000);
});

t.test('S3: all are dead', { skip }, async (t) => {
  useToolCredentials();
  const server = await startS3(t);
  await makeDead(t, DEAD, server.port);
  await makeDead(t, '127.0.0.3', server.port);
  useAddresses(t, DEAD, '127.0.0.3');
  const begin = performance.now();
  const options = optionsFor(`http://${HOST}:${server.port}`, { retryFor: 0, timeout: 3000 });
  await t.rejects(openStore(urlOf(server), options).list(''), {
    code: 'E_STORE_WRITE',
    message: /no connection to store\.test:\d+ \(ETIMEDOUT\)/,
    hint: /--endpoint/,
  });
  t.ok(performance.now() - begin < 10_000);
});

t.test('Google Cloud: a dead address costs a second a connection', { skip }, async (t) => {
  const server = await GcsServer.start(t);
  const { port } = new URL(server.endpoint);
  await makeDead(t, DEAD, Number(port));
  useAddresses(t, DEAD, LIVING);
  const gcs = { endpoint: `http://${HOST}:${port}` };
  await check(t, openStore('gs://bucket/a', { gcs, retryFor: 0 }), 20_000);
});
