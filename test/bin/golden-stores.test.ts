// What the command says where a bucket cannot be reached: each cause with its remedy. The screens are in test/bin/golden.
import dns from 'node:dns';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { ForwardProxy } from '../servers/forward-proxy.ts';
import { GcsServer } from '../servers/gcs-server.ts';
import { S3Fault } from '../servers/s3-fault.ts';
import { ENVIRONMENT, startS3 } from '../servers/s3-support.ts';
import { CA_FILE, type Certificate, tlsFront } from '../servers/tls-front.ts';
import { TokenServer } from '../servers/token-server.ts';
import { eventsOfDays } from '../support/events.ts';
import { golden, type Session } from './golden-session.ts';

const NONE = [
  ...['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ROLE_ARN'],
  ...['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'NODE_EXTRA_CA_CERTS'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
];

/** Sets variables of this process until the test ends; undefined removes one. */
function useVariables(t: Test, variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    t.teardown(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

/** Runs the command with variables, which the screen shows. */
async function runWith(
  session: Session,
  t: Test,
  variables: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<void> {
  const shown = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  if (shown.length > 0) session.say(shown.join(' '));
  await t.test(shown.join(' ') || args.join(' '), async (t) => {
    useVariables(t, variables);
    await session.run('events.ndjson', '--to', ...args);
  });
}

function begin(session: Session, t: Test): void {
  useVariables(t, { ...Object.fromEntries(NONE.map((name) => [name, undefined])), ...ENVIRONMENT });
  session.write('events.ndjson', eventsOfDays(10, 1));
  session.hide(session.folder, 'FOLDER');
}

golden('aws-credentials', 'credentials of S3 that cannot be used', async (session, t) => {
  begin(session, t);
  const server = await startS3(t);
  session.hide(server.endpoint, 'http://SERVER');
  const to = ['s3://bucket/customer/import', '--endpoint', server.endpoint];
  server.hooks.before = () => {
    throw new S3Fault(
      403,
      'InvalidTokenId',
      'The security token included in the request is invalid',
    );
  };
  await runWith(session, t, {}, ...to);
  const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  useVariables(t, Object.fromEntries(keys.map((name) => [name, undefined])));
  await runWith(session, t, {}, ...to);
  const role = 'arn:aws:iam::123456789012:role/import';
  const missing = join(session.folder, 'token');
  await runWith(session, t, { AWS_WEB_IDENTITY_TOKEN_FILE: missing, AWS_ROLE_ARN: role }, ...to);
  const profiles = {
    web: `role_arn = ${role}\nweb_identity_token_file = ${missing}`,
    fails: 'credential_process = sh -c "echo hunter2 >&2; exit 3"',
    missing: 'credential_process = ./no-such-program --password hunter2',
    expired: `credential_process = cat ${join(session.folder, 'expired.json')}`,
    text: 'credential_process = echo hunter2',
    other: 'credential_process = echo {}',
    old: `credential_process = echo '{"Version": 1}'`,
    absent: '',
  };
  const expired = { Version: 1, AccessKeyId: 'A', SecretAccessKey: 'hunter2' };
  session.write('expired.json', JSON.stringify({ ...expired, Expiration: '2023-01-01T00:00:00Z' }));
  const sections = Object.entries(profiles).map(([name, text]) => `[profile ${name}]\n${text}\n`);
  session.write('config', sections.join(''));
  useVariables(t, { AWS_CONFIG_FILE: join(session.folder, 'config') });
  for (const profile of Object.keys(profiles)) {
    await runWith(session, t, { AWS_PROFILE: profile }, ...to);
  }
  t.notMatch(session.text, 'hunter2');
});

golden('google-credentials', 'a workload identity without its token', async (session, t) => {
  begin(session, t);
  const { keyFile } = await TokenServer.start(t);
  session.hide(keyFile, 'credentials.json');
  const token = keyFile.replace('credentials.json', 'subject');
  session.hide(token, '/var/run/token');
  rmSync(token);
  await runWith(session, t, { GOOGLE_APPLICATION_CREDENTIALS: keyFile }, 'gs://bucket/import');
});

golden('endpoints', 'servers named by the environment', async (session, t) => {
  begin(session, t);
  const { lookup } = dns;
  t.teardown(() => {
    dns.lookup = lookup;
  });
  // As most networks answer, also where this machine has none.
  dns.lookup = ((name: string, _options: object, callback: (error: Error) => void): void => {
    const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
    callback(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name }));
  }) as typeof dns.lookup;
  await runWith(session, t, { AWS_ENDPOINT_URL: 'http://minio:9000' }, 's3://bucket/import');
  await runWith(session, t, { AWS_ENDPOINT_URL_S3: 'http://minio:9000' }, 's3://My_Bucket/import');
  dns.lookup = lookup;
  const server = await GcsServer.start(t);
  const address = new URL(server.endpoint).host;
  session.hide(address, 'localhost:4443');
  await runWith(session, t, { STORAGE_EMULATOR_HOST: address }, 'gs://bucket/import');
});

golden('tls', 'certificates that do not do', async (session, t) => {
  begin(session, t);
  const s3 = await startS3(t);
  const gcs = await GcsServer.start(t);
  const hidden = async (port: number, certificate: Certificate): Promise<string> => {
    const front = await tlsFront(t, port, certificate);
    session.hide(`localhost:${front}`, 'localhost:443');
    return `https://localhost:${front}`;
  };
  const to = ['events.ndjson', '--to', 's3://bucket/import', '--endpoint'];
  const google = ['events.ndjson', '--to', 'gs://bucket/import', '--endpoint'];
  const googlePort = Number(new URL(gcs.endpoint).port);
  session.say('of a CA that Node does not know');
  await session.run(...to, await hidden(s3.port, 'server'));
  await session.run(...google, await hidden(googlePort, 'server'));
  session.say('that has expired');
  await session.run(...to, await hidden(s3.port, 'expired'));
  session.say('NODE_EXTRA_CA_CERTS has the CA, but the certificate is for another name');
  const env = { ...ENVIRONMENT, NODE_EXTRA_CA_CERTS: CA_FILE };
  await session.start(env, ...to, await hidden(s3.port, 'other'));
  await session.start(env, ...google, await hidden(googlePort, 'other'));
  session.say('a server without TLS');
  const { host } = new URL(s3.endpoint);
  session.hide(host, 'localhost:9000');
  await session.run(...to, `https://${host}`);
});

golden('proxies', 'proxies that refuse', async (session, t) => {
  begin(session, t);
  const proxy = await ForwardProxy.start(t, { credentials: 'me:secret' });
  session.hide(proxy.host, 'proxy:3128');
  const named = `http://me:hunter2@${proxy.host}`;
  const to = ['s3://bucket/import', '--endpoint'];
  await runWith(session, t, { HTTPS_PROXY: `http://${proxy.host}` }, 's3://bucket/import');
  await runWith(session, t, { HTTPS_PROXY: named }, 's3://bucket/import');
  await runWith(session, t, { http_proxy: named }, ...to, 'http://store.example');
  await runWith(
    session,
    t,
    { HTTPS_PROXY: 'socks5://me:hunter2@proxy:1080' },
    's3://bucket/import',
  );
  const said = session.text.split('\n').filter((line) => !/^(#|\$)/.test(line));
  t.notMatch(said.join('\n'), 'hunter2');
});
