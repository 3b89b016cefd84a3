import t from 'tap';
import { ENVIRONMENT, PREFIX, SECRETS, startS3, TOOL_KEY, urlOf } from '../servers/s3-support.ts';
import { type Outcome, run, start } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';

const env = { ...ENVIRONMENT, AWS_PROFILE: undefined, AWS_REGION: undefined };
const DAY = `${PREFIX}/dt=2023-01-01`;

function noSecrets(t: { notOk: (value: unknown, name: string) => void }, outcome: Outcome): void {
  for (const secret of SECRETS) {
    t.notOk(`${outcome.stdout}${outcome.stderr}`.includes(secret), 'no secret is printed');
  }
}

t.test('from one prefix to another', async (t) => {
  const server = await startS3(t);
  server.bucket.put(`${PREFIX}/raw/a.ndjson`, Buffer.from(eventsOfDays(100, 1)), {});
  const { endpoint } = server;
  const args = [`s3://bucket/${PREFIX}/raw/*.ndjson`, '--to', urlOf(server)];
  const first = await run([...args, '--endpoint', endpoint, '--region', 'eu-west-1'], { env });
  t.match(first, { code: 0, stderr: /100 events in 1 day committed to s3:\/\/bucket\/customer/ });
  noSecrets(t, first);
  t.ok(server.bucket.objects.has(`${DAY}/000000000000.parquet`));
  t.equal(server.bucket.objects.get(`${DAY}/_SUCCESS`)?.bytes.length, 0);
  const again = await run([...args, '--path-style'], {
    env: { ...env, AWS_ENDPOINT_URL_S3: endpoint },
  });
  t.match(again, { code: 1, stderr: /is complete already/ });
  // Node or the SDK would speak on stderr too.
  t.notMatch(again.stderr, /warning/i);
});

t.test('credentials that are wrong or have expired: said plainly, and no secret', async (t) => {
  const server = await startS3(t);
  const args = ['-', '--to', urlOf(server), '--endpoint', server.endpoint, '--debug'];
  const stdin = eventsOfDays(10, 1);
  const user = server.users.get(TOOL_KEY);
  for (const [change, message] of [
    [{ expired: true }, /credentials have expired/],
    [{ expired: false, secret: 'another' }, /signature is not accepted/],
  ] as const) {
    Object.assign(user ?? {}, change);
    for (const json of [[], ['--json']]) {
      const outcome = await run([...args, ...json], { env, stdin });
      t.match(outcome, { code: 1, stderr: message });
      noSecrets(t, outcome);
    }
  }
  t.equal(server.bucket.objects.size, 0);
});

t.test('a profile and keys: only the run speaks, and the profile counts', async (t) => {
  const server = await startS3(t);
  const args = ['-', '--to', urlOf(server), '--endpoint', server.endpoint, '--json'];
  const both = { ...env, AWS_PROFILE: 'nosuch' };
  const { code, stderr } = await run(args, { env: both, stdin: eventsOfDays(10, 1) });
  t.equal(code, 1);
  t.match(JSON.parse(stderr).error, {
    message: /no credentials were found/,
    hint: /^the profile "nosuch" \(AWS_PROFILE\)/,
  });
});

t.test('a URL with a password is refused and not repeated', async (t) => {
  for (const args of [
    ['-', '--to', 's3://id:hunter2@bucket/x'],
    ['-', '--to', 's3://bucket/x', '--endpoint', 'http://me:hunter2@host'],
    ['s3://id:hunter2@bucket/x', '--to', 'out'],
  ]) {
    const outcome = await run(args, { env, stdin: '' });
    t.equal(outcome.code, 2);
    t.notMatch(outcome.stderr, /hunter2/);
  }
});

t.test('Ctrl-C while a store does not answer', async (t) => {
  const server = await startS3(t);
  let asked = (): void => {};
  const waiting = new Promise<void>((resolve) => {
    asked = resolve;
  });
  server.hooks = {
    before: ({ operation }) => {
      if (operation !== 'PutObject') return;
      asked();
      return new Promise(() => {});
    },
  };
  const args = ['-', '--to', urlOf(server), '--endpoint', server.endpoint];
  const { child, ended } = start(args, { env, stdin: eventsOfDays(10, 1) });
  await waiting;
  child.kill('SIGINT');
  const outcome = await ended;
  t.match(outcome, { code: 130, stderr: /stopped by SIGINT/ });
  t.notOk(server.bucket.objects.has(`${DAY}/_SUCCESS`));
});
