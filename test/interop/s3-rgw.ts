import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { convert } from '../../lib/index.ts';
import { reportFigures } from '../campaign/tally.ts';
import { eventLines } from '../support/bulk-events.ts';
import { tempFolder } from '../support/temp.ts';
import { installCeph, startRgw, stopRgw } from './ceph.ts';
import { judge } from './judge.ts';
import { checkDoctor } from './s3-doctor.ts';
import { killWhileReplacing } from './s3-replace.ts';
import type { Interop, Suite } from './suite.ts';

const BUCKET = 'customer-data';
const PREFIX = 'team/import';
const DAYS = ['2023-01-01', '2023-01-02', '2023-01-03'] as const;

/** The user who has the vendor's policy and nothing else. */
const TOOL = {
  AWS_ACCESS_KEY_ID: 'TOOLKEY',
  AWS_SECRET_ACCESS_KEY: 'toolsecret',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** MiB of events of the whole job. More on demand: INTEROP_MIB=1024, which Ceph holds in memory. */
const MEBIBYTES = Number(process.env.INTEROP_MIB ?? 100);

/** Runs that are killed while they replace days. */
const KILLS = Number(process.env.INTEROP_KILLS ?? 10);

/** Ceph's S3 server, as a user who has exactly the vendor's policy. */
export const s3Rgw: Suite = {
  name: 's3-rgw',
  async run(t) {
    const missing = installCeph();
    if (missing !== undefined) {
      t.skip('a RADOS Gateway', missing);
      return;
    }
    const folder = tempFolder(t);
    t.teardown(() => stopRgw(folder));
    const endpoint = await startRgw(folder);
    const owner = clientOf(endpoint, 'OWNERKEY', 'ownersecret');
    await owner.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await owner.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: vendorPolicy() }));
    Object.assign(process.env, TOOL);
    await t.test('the store conforms with no more than the vendor’s policy', () =>
      conform(endpoint),
    );
    await t.test(`${MEBIBYTES} MiB of events, equal to a folder’s byte for byte`, () =>
      wholeJob(t, endpoint, folder, MEBIBYTES),
    );
    await t.test(`runs that are killed ${KILLS} times while they replace days`, async () => {
      const client = clientOf(endpoint, 'TOOLKEY', 'toolsecret');
      const place = { client, bucket: BUCKET, prefix: `${PREFIX}/replaced`, endpoint, folder };
      const { killed, days, repaired } = await killWhileReplacing(place, KILLS);
      reportFigures(
        'interop/s3-rgw',
        'kill -9 at a random moment while days on Ceph are replaced, with the vendor’s policy',
        [
          {
            kills: killed,
            'days as before': days.old,
            'days without _SUCCESS': days.incomplete,
            'new days': days.new,
            'wrong sets': days.wrong,
            're-runs identical': repaired,
          },
        ],
        `INTEROP_KILLS=${KILLS} npm run test:interop -- s3-rgw`,
      );
    });
    await t.test('doctor names exactly what is missing; the printed policy is enough', async () => {
      await owner.send(
        new PutObjectCommand({ Bucket: BUCKET, Key: `${PREFIX}/a-table`, Body: 'of the owner' }),
      );
      const attach = (policy: object): Promise<unknown> =>
        owner.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify(policy) }));
      return checkDoctor(`s3://${BUCKET}/${PREFIX}`, endpoint, vendorPolicy(), attach);
    });
  },
};

function clientOf(endpoint: string, accessKeyId: string, secretAccessKey: string): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
}

/** The vendor's policy, word for word, for one user. */
function vendorPolicy(): string {
  const Principal = { AWS: ['arn:aws:iam:::user/tool'] };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal,
        Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:DeleteObject', 's3:PutObject'],
        Resource: `arn:aws:s3:::${BUCKET}/${PREFIX}/*`,
      },
      {
        Effect: 'Allow',
        Principal,
        Action: ['s3:ListBucket', 's3:GetBucketLocation'],
        Resource: `arn:aws:s3:::${BUCKET}`,
        Condition: { StringLike: { 's3:prefix': [`${PREFIX}/*`, `${PREFIX}/`, PREFIX] } },
      },
    ],
  });
}

/** In a process of its own, because it is a test file for tap. */
async function conform(endpoint: string): Promise<void> {
  const file = fileURLToPath(new URL('./s3-conformance.js', import.meta.url));
  const child = spawn(process.execPath, [file, `s3://${BUCKET}/${PREFIX}`, endpoint], {
    env: { ...process.env, ...TOOL, TAP_TIMEOUT: '120' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the store does not conform:\n${output}`);
}

async function wholeJob(
  t: Interop,
  endpoint: string,
  folder: string,
  mebibytes: number,
): Promise<void> {
  const source = path.join(folder, 'events.ndjson');
  const local = path.join(folder, 'local');
  const fetched = path.join(folder, 'fetched');
  await pipeline(Readable.from(events(mebibytes)), createWriteStream(source));
  // What is stored is as large as can be.
  const options = { compression: 'none', fileSize: 64 << 20 } as const;
  const job = async (to: string): Promise<number> => {
    const start = performance.now();
    await convert({ ...options, inputs: [source], to, store: { s3: { endpoint } } });
    return (performance.now() - start) / 1000;
  };
  const seconds = [await job(local), await job(`s3://${BUCKET}/${PREFIX}/job`)];
  t.say(`${mebibytes} MiB: ${seconds.map((s) => s.toFixed(1)).join(' s to a folder, ')} s to Ceph`);
  await download(clientOf(endpoint, 'TOOLKEY', 'toolsecret'), `${PREFIX}/job/`, fetched);
  const names = filesOf(local);
  if (names.join() !== filesOf(fetched).join()) throw new Error(`got ${filesOf(fetched)}`);
  for (const name of names) {
    const [a, b] = [local, fetched].map((at) => readFileSync(path.join(at, name)));
    if (a === undefined || !b?.equals(a)) throw new Error(`${name} is not equal`);
  }
  const rows = await judge(source, fetched);
  t.say(
    `DuckDB reads ${Object.entries(rows)
      .map((each) => each.join(': '))
      .join(', ')}`,
  );
  const all = Object.values(rows).reduce((sum, day) => sum + day, 0);
  if (all !== mebibytes * PER_MEBIBYTE) throw new Error(`DuckDB reads ${all} rows`);
}

const PER_MEBIBYTE = 1000;

function* events(mebibytes: number): Generator<Buffer> {
  for (let n = 0; n < mebibytes; n++) {
    const day = DAYS[n % DAYS.length] as string;
    yield eventLines({ day, count: PER_MEBIBYTE, seed: n, textSize: 750 });
  }
}

// Ceph gives objects to whoever wrote them: the bucket's owner may not read them.
async function download(client: S3Client, prefix: string, to: string): Promise<void> {
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }),
  );
  for (const { Key = '' } of Contents) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    const file = path.join(to, Key.slice(prefix.length));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, (await Body?.transformToByteArray()) ?? '');
  }
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
