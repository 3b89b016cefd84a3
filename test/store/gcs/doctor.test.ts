import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { run } from '../../../bin/run.ts';
import type { World } from '../../../bin/world.ts';
import { examine } from '../../../lib/doctor/doctor.ts';
import { GcsServer } from '../../servers/gcs-server.ts';

const ALL = [
  'storage.buckets.get',
  'storage.objects.list',
  'storage.objects.create',
  'storage.objects.get',
  'storage.objects.delete',
] as const;

/** The command, in this process. */
async function command(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  const sink = (key: 'out' | 'err') => ({
    write: (text: string) => {
      texts[key] += text;
      return true;
    },
  });
  const world: World = {
    stdout: sink('out'),
    stderr: { ...sink('err'), isTTY: false, columns: 80 },
    hasStdin: () => false,
    loadConvert: () => Promise.reject(new Error('not wanted')),
    die: () => {},
  };
  const code = await run(argv, world);
  return { code, ...texts };
}

async function serve(t: Test): Promise<GcsServer> {
  const server = await GcsServer.start(t);
  server.bucket.create('a/b/dt=2023-01-01/_SUCCESS', Buffer.alloc(0), {}, null);
  return server;
}

t.test(
  'everything granted: each permission tried once, inside the prefix, nothing left',
  async (t) => {
    const server = await serve(t);
    const before = server.contents();
    const { code, out, err } = await command(
      'doctor',
      'gs://bucket/a/b',
      '--endpoint',
      server.endpoint,
    );
    t.equal(code, 0);
    t.equal(err, '');
    for (const permission of ALL) t.match(out, new RegExp(`^ {2}ok +${permission} `, 'm'));
    t.match(out, /credentials +none: anonymous/);
    t.match(out, /clock +as the server's/);
    t.match(out, /Every permission that an import takes is granted/);
    t.match(out, /Unfinished uploads expire after a week/);
    t.same(server.contents(), before);
    t.same(
      server.requests.map(({ operation }) => operation),
      ['bucket', 'list', 'simple', 'metadata', 'metadata', 'delete'],
    );
    for (const { name, operation } of server.requests) {
      if (operation !== 'bucket') t.match(name, /^a\/b\//);
    }
  },
);

for (const taken of ALL) {
  t.test(`without ${taken}: exactly that is named`, async (t) => {
    const server = await serve(t);
    server.granted.delete(taken);
    const diagnosis = await examine('gcs://bucket/a/b/', { gcs: { endpoint: server.endpoint } });
    t.equal(diagnosis.ok, false);
    t.same(
      diagnosis.findings
        .filter(({ outcome }) => outcome !== 'granted')
        .map(({ permission }) => permission),
      [taken],
    );
    t.match(diagnosis.grant?.text, /gcloud storage buckets add-iam-policy-binding gs:\/\/bucket /);
    const left = Object.keys(server.contents()).filter((name) => name.includes('doctor'));
    // What may not be deleted is named.
    t.equal(left.length, taken === 'storage.objects.delete' ? 1 : 0);
    t.same(
      diagnosis.leftovers,
      left.map((name) => `gs://bucket/${name}, to be deleted by hand`),
    );
    const { code, out } = await command(
      'doctor',
      'gs://bucket/a/b',
      '--json',
      '--endpoint',
      server.endpoint,
    );
    t.equal(code, 1);
    t.match(JSON.parse(out), { ok: false, url: 'gs://bucket/a/b' });
    const text = await command('doctor', 'gs://bucket/a/b', '--endpoint', server.endpoint);
    t.match(text.out, new RegExp(`MISSING +${taken} `));
    t.match(text.out, new RegExp(`Not granted: ${taken}\\.`));
  });
}

t.test('without storage.objects.get, where writers read their own objects', async (t) => {
  const server = await GcsServer.start(t);
  server.writersRead = true;
  server.granted.delete('storage.objects.get');
  const missing = async (): Promise<string[]> =>
    (await examine('gs://bucket/a/b', { gcs: { endpoint: server.endpoint } })).findings
      .filter(({ outcome }) => outcome !== 'granted')
      .map(({ permission }) => permission);
  server.bucket.create('a/b/hackle-import-doctor-x', Buffer.from('left'), {}, null);
  t.same(await missing(), [], 'only what a doctor left: it cannot tell');
  server.bucket.create('a/b/x', Buffer.from('of somebody else'), {}, null);
  t.same(await missing(), ['storage.objects.get']);
});

t.test('nothing granted: what cannot be told is not guessed', async (t) => {
  const server = await serve(t);
  server.granted.clear();
  const { findings } = await examine('gs://bucket', { gcs: { endpoint: server.endpoint } });
  t.same(
    findings.map(({ outcome }) => outcome),
    ['missing', 'missing', 'missing', 'unknown', 'unknown'],
  );
});

t.test('the clock', async (t) => {
  const server = await serve(t);
  server.clockOffset = -600_000;
  const { clockAhead = 0, notes } = await examine('gs://bucket/a', {
    gcs: { endpoint: server.endpoint },
  });
  t.ok(Math.abs(clockAhead - 600) < 3, `${clockAhead} s`);
  t.match(notes[0], /clock/);
  const { out } = await command('doctor', 'gs://bucket/a', '--endpoint', server.endpoint);
  t.match(out, /clock +\d+ s ahead of the server's/);
});

t.test('what is not about permissions is an error', async (t) => {
  const server = await serve(t);
  await t.rejects(examine('gs://no-bucket/a', { gcs: { endpoint: server.endpoint } }), {
    message: /no such bucket as no-bucket/,
  });
  server.fault = ({ operation }) =>
    operation === 'metadata' ? { status: 500, message: 'Bad' } : undefined;
  const brief = { gcs: { endpoint: server.endpoint }, retryFor: 100 };
  await t.rejects(examine('gs://bucket/a', brief), { message: /answered 500: Bad/ });
  t.notOk(
    Object.keys(server.contents()).some((name) => name.includes('doctor')),
    'cleaned up all the same',
  );
  const { endpoint } = server;
  await server.stop();
  await t.rejects(examine('gs://bucket/a', { gcs: { endpoint }, retryFor: 300 }), {
    message: /ECONNREFUSED/,
  });
});

t.test('credentials: where they come from, never what they are', async (t) => {
  const server = await serve(t);
  const secret = 'secret-never-to-be-seen';
  const folder = t.testdir();
  const broken = join(folder, 'broken.json');
  writeFileSync(broken, `{"type":"service_account","private_key":"${secret}`);
  const bad = join(folder, 'bad.json');
  writeFileSync(
    bad,
    JSON.stringify({
      type: 'service_account',
      client_email: 'me@example.com',
      private_key: secret,
    }),
  );
  for (const [file, code, message] of [
    [broken, 2, /--key-file: expected a JSON key file of Google Cloud, got .*, which is not one/],
    [bad, 1, /the credentials \(.*\) cannot be used/],
    [join(folder, 'none.json'), 2, /which cannot be read \(ENOENT\)/],
  ] as const) {
    const told = await command(
      'doctor',
      'gs://bucket/a',
      '--key-file',
      file,
      '--endpoint',
      server.endpoint,
      '--debug',
    );
    t.equal(told.code, code);
    t.match(told.err, message);
    t.match(told.err, file);
    t.notMatch(told.out + told.err, secret);
  }
});

t.test('the command line', async (t) => {
  t.match(await command('doctor', '--help'), { code: 0, out: /hackle-import doctor/ });
  t.match(await command('doctor'), { code: 2, err: /missing required argument/ });
  t.match(await command('doctor', 'out'), {
    code: 2,
    err: /expected s3:\/\/bucket\/prefix or gs:/,
  });
  t.match(await command('doctor', 'gs://bucket', '--what'), { code: 2, err: /unknown option/ });
  t.match(await command('doctor', 'gs://bucket', '--region', '--debug'), {
    code: 2,
    err: /--region: expected a value, got the flag --debug/,
  });
  t.match(await command('policy', 'gs://bucket/a'), { code: 0, out: /gcloud iam roles create/ });
});

t.test('what a server does not take is unknown, and the rest is told', async (t) => {
  const server = await serve(t);
  server.fault = ({ operation }) =>
    operation === 'bucket' ? { status: 501, message: 'Not here' } : undefined;
  const { ok, findings } = await examine('gs://bucket/a', { gcs: { endpoint: server.endpoint } });
  t.equal(ok, true, "only Hackle's importer reads the settings");
  t.match(findings[0], { outcome: 'unknown', reason: /\(HTTP 501\): Not here/ });
  t.ok(findings.slice(1).every(({ outcome }) => outcome === 'granted'));
  server.fault = ({ operation }) =>
    operation === 'simple' ? { status: 400, message: 'No' } : undefined;
  const second = await examine('gs://bucket/a', { gcs: { endpoint: server.endpoint } });
  t.equal(second.ok, false, 'an import has to write');
});
