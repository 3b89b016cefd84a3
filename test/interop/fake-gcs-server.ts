// A Google Cloud Storage that others wrote: conformance, then the whole job, equal byte for byte to that
// of a folder and read by DuckDB.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ConvertOptions, convert, examine, type Report } from '../../lib/index.ts';
import { eventLine, eventsOfDays } from '../support/events.ts';
import { filesIn } from '../support/folders.ts';
import { tempFolder } from '../support/temp.ts';
import { cached, reasonOf } from './cache.ts';
import { freePort } from './free-port.ts';
import { judge } from './judge.ts';
import type { Interop, Suite } from './suite.ts';

const VERSION = '1.55.1';
const BUCKET = 'customer-data';
const PREFIX = 'team/import';
/** Of input; 1024 for what the README tells. */
const MEBIBYTES = Number(process.env.INTEROP_MIB ?? 100);
const EVENTS_PER_MEBIBYTE = 1000;

export const fakeGcsServer: Suite = {
  name: 'fake-gcs-server',
  async run(t) {
    let program: string;
    try {
      program = join(await cached(`fake-gcs-server-${VERSION}`, install), 'fake-gcs-server');
    } catch (error) {
      t.skip('everything', `go install does not work here: ${reasonOf(error)}`);
      return;
    }
    const endpoint = await startServer(t, program);
    await t.test('the store conforms', () => conform(endpoint));
    await t.test(`${MEBIBYTES} MiB, as into a folder, read by DuckDB`, () => wholeJob(t, endpoint));
    await t.test('inputs from it, as from files', () => inputs(t, endpoint));
    await t.test('run again, with each way to treat complete days', () => again(t, endpoint));
    await t.test('doctor is all green', async () => {
      const diagnosis = await examine(`gs://${BUCKET}/${PREFIX}`, { gcs: { endpoint } });
      assert.ok(diagnosis.ok, JSON.stringify(diagnosis));
    });
  },
};

function install(folder: string): void {
  execFileSync('go', ['install', `github.com/fsouza/fake-gcs-server@v${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function startServer(t: Interop, program: string): Promise<string> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)];
  const memory = ['-backend', 'memory', '-external-url', endpoint, '-log-level', 'error'];
  const child = spawn(program, [...args, ...memory], { stdio: ['ignore', 'ignore', 'inherit'] });
  t.teardown(async () => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  for (let tries = 0; ; tries++) {
    const body = JSON.stringify({ name: BUCKET });
    const made = await fetch(`${endpoint}/storage/v1/b`, { method: 'POST', body }).catch(() => {});
    if (made?.ok) return endpoint;
    if (tries === 100) throw new Error('fake-gcs-server does not answer');
    await sleep(100);
  }
}

/** In a process of its own, because it is a test file for tap. */
async function conform(endpoint: string): Promise<void> {
  const file = fileURLToPath(new URL('./gcs-conformance.js', import.meta.url));
  const child = spawn(process.execPath, [file, endpoint], {
    env: { ...process.env, TAP_TIMEOUT: '120' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, output);
}

async function wholeJob(t: Interop, endpoint: string): Promise<void> {
  const local = tempFolder(t);
  const fetched = tempFolder(t);
  const source = join(tempFolder(t), 'events.ndjson');
  await pipeline(Readable.from(events()), createWriteStream(source));
  const job = async (to: string): Promise<number> => {
    const begin = performance.now();
    const { status, rowsWritten } = await convert({
      inputs: [source],
      to,
      // What is stored is as large as can be.
      compression: 'none',
      fileSize: 16 << 20,
      store: { gcs: { endpoint } },
    });
    assert.deepEqual([status, rowsWritten], ['committed', MEBIBYTES * EVENTS_PER_MEBIBYTE]);
    return (performance.now() - begin) / 1000;
  };
  const seconds = [await job(local), await job(`gs://${BUCKET}/${PREFIX}`)];
  t.say(`${MEBIBYTES} MiB: ${seconds.map((each) => each.toFixed(1)).join(' s local, ')} s here`);
  await download(endpoint, fetched);
  assert.deepEqual(filesIn(fetched), filesIn(local));
  const rows = await judge(source, fetched);
  t.say(
    `DuckDB reads ${Object.entries(rows)
      .map((each) => each.join(': '))
      .join(', ')}`,
  );
  assert.equal(Object.keys(rows).length, 3);
  assert.equal(
    Object.values(rows).reduce((sum, day) => sum + day, 0),
    MEBIBYTES * EVENTS_PER_MEBIBYTE,
  );
}

/** Three days in turn; texts that neither compress nor repeat. */
function* events(): Generator<Buffer> {
  for (let n = 0; n < MEBIBYTES; n++) {
    const lines = Array.from({ length: EVENTS_PER_MEBIBYTE }, (_, i) => {
      const id = n * EVENTS_PER_MEBIBYTE + i;
      const ts = new Date(Date.UTC(2023, 0, 1 + (id % 3), 0, 0, 0, id % 86_400_000)).toISOString();
      const hash = createHash('sha512').update(String(id)).digest('hex');
      return `${eventLine({ id, ts, metric: id, properties: { text: hash + hash + hash + hash + hash } })}\n`;
    });
    yield Buffer.from(lines.join(''));
  }
}

/** By plain HTTP, with nothing of this program. */
async function download(endpoint: string, to: string, prefix: string = PREFIX): Promise<void> {
  const objects = `${endpoint}/storage/v1/b/${BUCKET}/o`;
  const list = await fetch(`${objects}?prefix=${encodeURIComponent(`${prefix}/`)}`);
  const { items = [] } = (await list.json()) as { items?: { name: string }[] };
  for (const { name } of items) {
    const answer = await fetch(`${objects}/${encodeURIComponent(name)}?alt=media`);
    const file = join(to, name.slice(prefix.length + 1));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  }
}

async function again(t: Interop, endpoint: string): Promise<void> {
  const [to, prefix] = [`gs://${BUCKET}/${PREFIX}/again`, `${PREFIX}/again`];
  const run = (input: string, options: Partial<ConvertOptions> = {}): Promise<Report> => {
    const inputs = [join(folder, input)];
    return convert({ inputs, to, store: { gcs: { endpoint } }, ...options });
  };
  const folder = tempFolder(t);
  const lines = (key: string): string => eventsOfDays(3000, 3).replaceAll('purchase', key);
  for (const key of ['first', 'second']) {
    writeFileSync(join(folder, key), lines(key));
    await run(key, { to: join(folder, `${key}-local`) });
  }
  const assertEqual = async (key: string): Promise<void> => {
    const fetched = tempFolder(t);
    await download(endpoint, fetched, prefix);
    assert.deepEqual(filesIn(fetched), filesIn(join(folder, `${key}-local`)));
  };
  await run('first');
  await assert.rejects(run('second'), { code: 'E_DAY_COMPLETE' });
  assert.equal((await run('second', { ifExists: 'skip' })).rowsWritten, 0);
  await assertEqual('first');
  await run('second', { ifExists: 'replace' });
  await assertEqual('second');
}

async function inputs(t: Interop, endpoint: string): Promise<void> {
  const sample = 'samples/wikipedia.ndjson.gz';
  const upload = `${endpoint}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=logs/a.ndjson.gz`;
  await fetch(upload, { method: 'POST', body: readFileSync(sample) });
  const [fromFile, fromBucket] = [tempFolder(t), tempFolder(t)];
  const common = { mapping: 'samples/wikipedia.mapping.json', store: { gcs: { endpoint } } };
  await convert({ ...common, inputs: [sample], to: fromFile });
  await convert({ ...common, inputs: [`gs://${BUCKET}/logs/*.gz`], to: fromBucket });
  assert.deepEqual(filesIn(fromBucket), filesIn(fromFile));
}
