// Servers and proxies that write ETags otherwise, give none, or change them: each import gives what it gives without.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { convert, type Report } from '../../../lib/index.ts';
import { openS3Store } from '../../../lib/store/s3/store.ts';
import { MODES, type Mode, RewritingProxy } from '../../servers/rewriting-proxy.ts';
import type { S3Server } from '../../servers/s3-server.ts';
import {
  contentsOf,
  optionsFor,
  PREFIX,
  startS3,
  urlOf,
  useToolCredentials,
} from '../../servers/s3-support.ts';
import { eventLine } from '../../support/events.ts';
import { tempFolder } from '../../support/temp.ts';

useToolCredentials();

/** What a person is told in each mode; nothing where ETags only look otherwise. */
const NOTES: Readonly<Partial<Record<Mode, RegExp>>> = {
  'no-metadata': /removes the metadata.*CRC32C/,
  'no-listed-etags': /the listing has no ETags/,
  'no-read-etags': /the listing and HEAD give different ETags/,
  'no-etags': /the listing has no ETags/,
  'other-head': /the listing and HEAD give different ETags/,
  'settling-etags': /ETags or times of objects change although nobody writes them/,
};

async function behind(t: Test, server: S3Server, mode: Mode): Promise<RewritingProxy> {
  const proxy = await RewritingProxy.start(server.endpoint, mode);
  t.teardown(() => proxy.close());
  return proxy;
}

const lines = (text: string, days = 3): string =>
  Array.from({ length: 30 }, (_, id) =>
    eventLine({ id, ts: `2023-01-0${1 + (id % days)}T00:00:00Z`, properties: { text } }),
  ).join('\n');

for (const mode of MODES) {
  t.test(`an import and its input behind a proxy: ${mode}`, async (t) => {
    const server = await startS3(t);
    const proxy = await behind(t, server, mode);
    const [remote, local] = [`s3://bucket/${PREFIX}-in/*.ndjson`, join(tempFolder(t), 'in.ndjson')];
    const putInput = (text: string): void => {
      server.bucket.put(`${PREFIX}-in/events.ndjson`, Buffer.from(lines(text)), {});
      writeFileSync(local, lines(text));
    };
    putInput('first');
    const user = server.users.get(process.env.AWS_ACCESS_KEY_ID ?? '');
    if (user) user.policy = () => true;
    const job = (to: string, endpoint: string, options = {}): Promise<Report> =>
      convert({
        inputs: [mode === 'settling-etags' ? local : remote],
        to: `${urlOf(server)}/${to}`,
        threads: 0,
        store: optionsFor(endpoint),
        ...options,
      });
    const filesOf = (folder: string): [string, string][] =>
      Object.entries(contentsOf(server))
        .filter(([name]) => name.startsWith(`${folder}/`))
        .map(([name, text]) => [name.slice(folder.length), text]);
    await job('plain', server.endpoint);
    const report = await job('rewritten', proxy.endpoint);
    t.equal(report.status, 'committed');
    t.same(filesOf('rewritten'), filesOf('plain'));
    if (
      !['plain', 'short-keep-alive', 'error-in-200', 'error-in-200-after', 'weak-put'].includes(
        mode,
      )
    ) {
      t.ok(proxy.changed > 0, 'the proxy did what it is for');
    }
    const notes = (report.notes ?? []).join('\n');
    const expected = NOTES[mode];
    if (expected === undefined && mode !== 'other-get') t.equal(notes, '');
    else t.match(notes, expected ?? /the listing and GET give different ETags/);
    // Each way to run again, over other events too.
    t.equal((await job('rewritten', proxy.endpoint, { ifExists: 'skip' })).rowsWritten, 0);
    await t.rejects(job('rewritten', proxy.endpoint), { code: 'E_DAY_COMPLETE' });
    putInput('second');
    for (const [to, endpoint] of [
      ['plain', server.endpoint],
      ['rewritten', proxy.endpoint],
    ] as const) {
      t.equal((await job(to, endpoint, { ifExists: 'replace' })).status, 'committed');
    }
    t.same(filesOf('rewritten'), filesOf('plain'));
  });
}

t.test('an input whose ETag changes by itself is named as such', async (t) => {
  const server = await startS3(t);
  const proxy = await behind(t, server, 'settling-etags');
  server.bucket.put(`${PREFIX}/in.ndjson`, Buffer.from(lines('x')), {});
  await t.rejects(
    convert({
      inputs: [`${urlOf(server)}/in.ndjson`],
      to: tempFolder(t),
      store: optionsFor(proxy.endpoint),
    }),
    {
      code: 'E_INPUT_CHANGED',
      message:
        /in\.ndjson was changed .*: its ETag changed from "early-\w+" to "\w+", its size and time did not/,
    },
  );
});

t.test('a proxy that removes the ETags of parts is named', async (t) => {
  const server = await startS3(t);
  const proxy = await behind(t, server, 'no-part-etags');
  const store = await openS3Store(urlOf(server), optionsFor(proxy.endpoint));
  const writer = await store.create('a');
  const writing = async (): Promise<void> => {
    for (let n = 0; n < 3; n++) await writer.write(Buffer.alloc(4 << 20));
    await writer.close();
  };
  await t.rejects(writing(), { code: 'E_STORE_WRITE', message: /has no ETag/, hint: /proxy/ });
  await writer.abort();
});
