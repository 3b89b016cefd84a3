import t, { type Test } from 'tap';
import { FaultProxy, type RuleOf } from '../../../servers/fault-proxy.ts';
import type { S3Server } from '../../../servers/s3-server.ts';
import { startS3, useToolCredentials } from '../../../servers/s3-support.ts';
import { IMPATIENT, runLocally, runToS3 } from '../../../store/s3/run.ts';

useToolCredentials();
// Most of the time is spent waiting.
t.jobs = 4;
t.before(() => runLocally(t));

async function proxied(t: Test, ruleOf: RuleOf): Promise<{ server: S3Server; proxy: FaultProxy }> {
  const server = await startS3(t);
  const proxy = await FaultProxy.start(server.port, ruleOf);
  t.teardown(() => proxy.close());
  return { server, proxy };
}

t.test('connection refused', async (t) => {
  const server = await startS3(t);
  const gone = await FaultProxy.start(server.port, () => ({}));
  const { endpoint } = gone;
  await gone.close();
  const { error } = await runToS3(t, server, endpoint, IMPATIENT);
  t.match(error, { code: 'E_STORE_WRITE', message: /refused.*attempts in \d s/ });
});

for (const [what, rule, message] of [
  ['reset in the middle of a part', { resetAfterUp: 1 << 20 }, /connection failed/],
  ['closed in the middle of a part', { closeAfterUp: 1 << 20 }, /connection failed/],
  ['answered early in a part, and closed', { answerAfterUp: { bytes: 1 << 20, status: 503 } }, /./],
  ['stall in the middle of a part', { stallAfterUp: 1 << 20 }, /connection failed/],
  ['reply that stalls', { stallAfterDown: 10 }, /connection failed/],
  ['reply that breaks', { resetAfterDown: 10 }, /connection failed/],
] as const) {
  t.test(`${what}: now and then`, async (t) => {
    // Until two had it: which connections carry parts, and which lists, is not told by their numbers.
    const { server, proxy } = await proxied(t, (_, faults) => (faults < 2 ? rule : {}));
    const store = what.includes('stall') ? { timeout: 2000 } : {};
    t.ok((await runToS3(t, server, proxy.endpoint, { store })).report);
    t.ok(proxy.faults > 0);
  });
  t.test(`${what}: always`, async (t) => {
    const { server, proxy } = await proxied(t, () => rule);
    const { error } = await runToS3(t, server, proxy.endpoint, IMPATIENT);
    t.match(error, { code: 'E_STORE_WRITE', message });
    t.ok(error?.hint);
  });
}

t.test('a link of 5 MB/s', async (t) => {
  const { server, proxy } = await proxied(t, () => ({ upRate: 5e6 }));
  t.ok((await runToS3(t, server, proxy.endpoint)).report);
});
