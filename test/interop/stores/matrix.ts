// One job on a server of another project, behind a proxy that rewrites replies: doctor, an import, each way to run it
// again, and an import of what lies there. Everything must be as in a folder, byte for byte.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type ConvertOptions, convert, examine, type Report } from '../../../lib/index.ts';
import { MODES, type Mode, RewritingProxy } from '../../servers/rewriting-proxy.ts';
import { eventLines } from '../../support/bulk-events.ts';
import { filesIn } from '../../support/folders.ts';
import { type Cleaner, tempFolder } from '../../support/temp.ts';
import { OWNER, type S3Program } from './servers.ts';

const BUCKET = 'customer-data';
/** Events of the three days: the file of the first is uploaded in parts, those of the others in a single request. */
const DAYS: readonly (readonly [day: string, count: number])[] = [
  ['2023-01-01', 6500],
  ['2023-01-02', 500],
  ['2023-01-03', 1],
];

/** Modes in which no import can be right, with the message that has to name the cause. */
const REFUSED: Readonly<Partial<Record<Mode, RegExp>>> = {
  'no-part-etags': /the reply to a part of an upload has no ETag/,
};

/** A server, and what an import is compared with. */
export class Place {
  readonly endpoint: string;
  readonly #client: S3Client;
  readonly #sources: readonly [first: string, second: string];
  readonly #local: readonly [first: string, second: string];
  readonly #t: Cleaner;
  readonly #program: S3Program;
  #jobs = 0;

  private constructor(
    t: Cleaner,
    endpoint: string,
    client: S3Client,
    sources: readonly [string, string],
    local: readonly [string, string],
    program: S3Program,
  ) {
    this.#program = program;
    this.#t = t;
    this.endpoint = endpoint;
    this.#client = client;
    this.#sources = sources;
    this.#local = local;
  }

  /** Waits until a server answers, makes the bucket, and imports both sources into folders. */
  static async at(t: Cleaner, endpoint: string, program: S3Program): Promise<Place> {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: OWNER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OWNER.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      // moto gives wrong ones for uploads in parts.
      responseChecksumValidation: 'WHEN_REQUIRED',
      credentials: OWNER,
    });
    for (let tries = 1; ; tries++) {
      const made = await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch((e) => e);
      if (!(made instanceof Error) || made.name === 'BucketAlreadyOwnedByYou') break;
      if (tries === 600) throw new Error(`${endpoint} does not answer: ${made.message}`);
      await sleep(100);
    }
    const folder = tempFolder(t);
    const sources = [join(folder, 'first.ndjson'), join(folder, 'second.ndjson')] as const;
    const local = [join(folder, 'first'), join(folder, 'second')] as const;
    for (const [n, source] of sources.entries()) {
      const days = DAYS.map(([day, count]) => eventLines({ day, count, seed: n, textSize: 750 }));
      writeFileSync(source, Buffer.concat(days));
      await convert({ ...JOB, inputs: [source], to: local[n] ?? '' });
    }
    return new Place(t, endpoint, client, sources, local, program);
  }

  /** What is tried here: the job in each mode of the proxy, and what the server does besides. */
  get jobs(): { name: string; job: () => Promise<string> }[] {
    const { modes = MODES, conforms, encrypts } = this.#program;
    return [
      ...(conforms ? [{ name: 'conformance', job: () => this.#conform() }] : []),
      ...(encrypts ? [{ name: 'options of buckets', job: () => this.#demands() }] : []),
      ...modes.map((mode) => ({ name: mode, job: () => this.#run(mode) })),
    ];
  }

  /** In a process of its own, because it is a test file for tap. */
  async #conform(): Promise<string> {
    const file = fileURLToPath(new URL('../s3-conformance.js', import.meta.url));
    const args = [file, `s3://${BUCKET}`, this.endpoint];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, TAP_TIMEOUT: '120' },
      maxBuffer: 64 << 20,
    });
    return /\{ total.*\}/.exec(stdout)?.[0] ?? 'conforms';
  }

  /** Each file must have what was asked for: one PUT, an upload in parts, and copies in the place of a complete day. */
  async #demands(): Promise<string> {
    const to = `s3://${BUCKET}/demands`;
    const sseKmsKeyId = 'arn:aws:kms:us-east-1:1:key/of-the-test';
    const asked = { sse: 'aws:kms', sseKmsKeyId, requestPayer: true } as const;
    const s3 = { endpoint: this.endpoint, acl: 'bucket-owner-full-control', ...asked } as const;
    for (const ifExists of ['fail', 'replace'] as const) {
      const store = { s3, partSize: 5 << 20 };
      await convert({ ...JOB, inputs: [this.#sources[0]], to, ifExists, store });
      const keys = await this.#keys('demands');
      assert.equal(keys.length, 2 * DAYS.length);
      for (const Key of keys) {
        const head = await this.#client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
        assert.deepEqual(
          [Key, head.ServerSideEncryption, head.SSEKMSKeyId],
          [Key, asked.sse, sseKmsKeyId],
        );
      }
    }
    await this.#assertEqual('demands', this.#local[0]);
    return 'each file is encrypted with the key';
  }

  async #keys(prefix: string): Promise<string[]> {
    const input = { Bucket: BUCKET, Prefix: `${prefix}/` };
    const { Contents = [] } = await this.#client.send(new ListObjectsV2Command(input));
    return Contents.map(({ Key = '' }) => Key);
  }

  /** Does the job behind a proxy. Resolves with what the user is told; rejects if anything is not as in a folder. */
  async #run(mode: Mode): Promise<string> {
    const proxy = await RewritingProxy.start(this.endpoint, mode);
    try {
      const prefix = `job-${this.#jobs++}`;
      return await this.#job(prefix, mode, proxy.endpoint);
    } finally {
      await proxy.close();
    }
  }

  async #job(prefix: string, mode: Mode, endpoint: string): Promise<string> {
    const [first, second] = this.#sources;
    const [localFirst, localSecond] = this.#local;
    const to = `s3://${BUCKET}/${prefix}`;
    const { partSize = 5 << 20 } = this.#program;
    const store = { s3: { endpoint }, partSize };
    const job = (input: string, more: Partial<ConvertOptions> = {}): Promise<Report> =>
      convert({ ...JOB, inputs: [input], to, store, ...more });

    const diagnosis = await examine(to, store);
    assert.ok(diagnosis.ok, `doctor: ${JSON.stringify(diagnosis)}`);
    const unknown = diagnosis.findings.filter(({ outcome }) => outcome === 'unknown');

    const refused = REFUSED[mode];
    if (refused !== undefined) {
      await assert.rejects(job(first), { code: 'E_STORE_WRITE', message: refused });
      return 'refused, with the cause';
    }
    const notes = [...((await job(first)).notes ?? [])];
    await this.#assertEqual(prefix, localFirst);
    await assert.rejects(job(second), { code: 'E_DAY_COMPLETE' });
    assert.equal((await job(second, { ifExists: 'skip' })).rowsWritten, 0);
    await this.#assertEqual(prefix, localFirst);
    const again = await job(second, { ifExists: 'replace' });
    await this.#assertEqual(prefix, localSecond);

    const key = `in/${prefix}.ndjson`;
    const input = { Bucket: BUCKET, Key: key, Body: readFileSync(second) };
    await this.#client.send(new PutObjectCommand(input));
    const folder = tempFolder(this.#t);
    const reading = job(`s3://${BUCKET}/${key}`, { to: folder });
    // An input whose ETag changes while it is read has changed for all that can be known.
    if (mode === 'settling-etags') {
      await assert.rejects(reading, { code: 'E_INPUT_CHANGED', message: /its ETag changed from/ });
    } else {
      notes.push(...((await reading).notes ?? []));
      assert.deepEqual(filesIn(folder), filesIn(localSecond));
    }
    const told = new Set([...notes, ...(again.notes ?? [])].map((note) => note.split(': ')[1]));
    return [
      'equal',
      ...unknown.map(({ permission }) => `doctor: ${permission} unknown`),
      ...told,
    ].join('; ');
  }

  /** Compares what is there, read past the proxy and with nothing of this program, with a folder. */
  async #assertEqual(prefix: string, folder: string): Promise<void> {
    const fetched = tempFolder(this.#t);
    for (const Key of await this.#keys(prefix)) {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      const file = join(fetched, Key.slice(prefix.length + 1));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, (await Body?.transformToByteArray()) ?? '');
    }
    assert.deepEqual(filesIn(fetched), filesIn(folder));
    rmSync(fetched, { recursive: true });
  }
}

/** What is stored is as large as can be. */
const JOB = { compression: 'none', threads: 0 } as const;
