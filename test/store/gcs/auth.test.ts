import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { failureJson, failureText } from '../../../bin/failure.ts';
import { styleFor } from '../../../bin/style.ts';
import { examine } from '../../../lib/doctor/doctor.ts';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import type { Store } from '../../../lib/store/contract.ts';
import { openStore } from '../../../lib/store/open.ts';
import type { StoreOptions } from '../../../lib/store/options.ts';
import { type Fault, GcsServer } from '../../servers/gcs-server.ts';
import { SECRETS, TokenServer } from '../../servers/token-server.ts';

const PART = 'dt=2023-01-01/000000000000.parquet';
const UNIT = 256 << 10;

async function start(
  t: Test,
): Promise<{ server: GcsServer; tokens: TokenServer; options: StoreOptions }> {
  const server = await GcsServer.start(t);
  const tokens = await TokenServer.start(t);
  server.tokens = new Set();
  tokens.onToken = (token) => server.tokens?.add(token);
  const options = {
    gcs: { endpoint: server.endpoint, keyFile: tokens.keyFile },
    timeout: 2000,
    retryFor: 500,
  };
  return { server, tokens, options };
}

/** Uploads an object of several chunks and reads it back. */
async function useAll(options: StoreOptions): Promise<void> {
  const store: Store = openStore('gs://bucket/a', { partSize: UNIT, ...options });
  await store.list('');
  const writer = await store.create(PART);
  try {
    for (let n = 0; n < 4; n++) await writer.write(Buffer.alloc(UNIT, String(n)));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await store.put('dt=2023-01-01/_SUCCESS', new Uint8Array(0));
  const [source] = await resolveInputs([`gs://bucket/a/${PART}`], options);
  for await (const _ of source?.open() ?? []) {
    // Only to have read it.
  }
  await store.remove(PART);
}

/** What a user may get to see of an error, all of it. */
function told(error: unknown): string {
  const style = styleFor({ isTTY: true }, true, {});
  return failureText(error, style, true) + failureJson(error) + String((error as Error).stack);
}

function checkSecrets(t: Test, text: string): void {
  for (const secret of SECRETS) t.notOk(text.includes(secret), `without ${secret}`);
  t.notMatch(text, /upload_id=[^…]/, 'an upload’s address is as good as a password');
}

t.test('a token for every request, also when each lives only for a moment', async (t) => {
  const { server, tokens, options } = await start(t);
  tokens.lifetime = 1;
  tokens.onToken = (token) => {
    server.tokens = new Set([token]);
  };
  await useAll(options);
  t.ok(tokens.given.length > 5, `${tokens.given.length} tokens`);
  t.same(Object.keys(server.contents()), ['a/dt=2023-01-01/_SUCCESS']);
});

t.test('a long-lived token is asked for once', async (t) => {
  const { tokens, options } = await start(t);
  await useAll(options);
  // The store and the input each have a client.
  t.equal(tokens.given.length, 2);
});

const FAULTS: Record<string, Fault> = {
  401: { status: 401, message: 'Invalid Credentials' },
  403: { status: 403, message: 'Forbidden' },
  404: { status: 404, message: 'The specified bucket does not exist.' },
  410: { status: 410 },
  500: { status: 500 },
  reset: { resetAt: 0 },
  'cut answer': { cutAnswerAt: 5 },
  stall: 'stall',
};

t.test('no secret is told, whatever fails', async (t) => {
  for (const [what, fault] of Object.entries(FAULTS)) {
    for (const operation of ['list', 'open', 'chunk', 'status', 'whole', 'media', 'delete']) {
      const { server, options } = await start(t);
      server.fault = (request) =>
        request.operation === operation ||
        (operation === 'status' && request.operation === 'chunk' && request.count === 1)
          ? fault
          : undefined;
      const quick = { ...options, timeout: 300, retryFor: 200 };
      const error: unknown = await useAll(quick).catch((error: unknown) => error);
      if (error !== undefined) {
        t.match(error, { name: 'ImportError' }, `${what} at ${operation}`);
        checkSecrets(t, told(error));
      }
      await server.stop();
    }
  }
});

t.test('credentials that are refused', async (t) => {
  const { server, tokens, options } = await start(t);
  tokens.refusal = {
    status: 400,
    body: { error: 'invalid_grant', error_description: `The subject ${SECRETS[0]} is unknown` },
  };
  const refused: unknown = await useAll(options).catch((error: unknown) => error);
  t.match(refused, {
    code: 'E_STORE_WRITE',
    message: /the credentials \(.*credentials\.json\) were refused/,
    hint: /clock/,
  });
  checkSecrets(t, told(refused));
  tokens.refusal = undefined;
  tokens.onToken = () => {};
  const unknown: unknown = await useAll(options).catch((error: unknown) => error);
  t.match(unknown, { message: /the credentials were refused \(401\)/, hint: /gcloud auth/ });
  checkSecrets(t, told(unknown));
  server.tokens = undefined;
  const { credentials } = await examine('gs://bucket/a', options);
  t.equal(credentials, `--key-file: ${options.gcs?.keyFile} (workload identity federation)`);
});

t.test('a key file that is none', async (t) => {
  const { options } = await start(t);
  const keyFile = join(t.testdir(), 'key.json');
  writeFileSync(keyFile, `{"type": "service_account", "private_key": "${SECRETS[0]}`);
  const error: unknown = await useAll({ ...options, gcs: { ...options.gcs, keyFile } }).catch(
    (error: unknown) => error,
  );
  t.match(error, { code: 'E_USAGE', message: /key\.json, which is not one/ });
  checkSecrets(t, told(error));
});
