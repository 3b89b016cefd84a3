// Where complete days are replaced: a folder, and buckets on servers that stay when the run is killed.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GcsServer } from '../../servers/gcs-server.ts';
import { ENVIRONMENT, startS3, urlOf } from '../../servers/s3-support.ts';
import { filesIn } from '../../support/folders.ts';
import { type Cleaner, tempFolder } from '../../support/temp.ts';

export interface Target {
  /** The flags that name it. */
  flags: string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Everything that is there, hidden names too: name → hash. */
  contents(): Record<string, string>;
  /** Requests so far; undefined for a folder. */
  requests(): number | undefined;
  /** Calls `action` before the n-th request from now on is carried out. */
  atRequest(n: number, action: () => void): void;
}

async function folder(t: Cleaner): Promise<Target> {
  const out = join(tempFolder(t), 'out');
  return {
    flags: ['--to', out],
    env: {},
    contents: () => (existsSync(out) ? filesIn(out) : {}),
    requests: () => undefined,
    atRequest: () => {},
  };
}

async function s3(t: Cleaner): Promise<Target> {
  const server = await startS3(t);
  return {
    flags: ['--to', urlOf(server), '--endpoint', server.endpoint],
    env: { ...ENVIRONMENT, AWS_PROFILE: undefined, AWS_REGION: undefined },
    contents: () =>
      Object.fromEntries(
        [...server.bucket.objects]
          .map(([key, { bytes }]): [string, string] => [
            key.slice(key.search(/dt=|_hackle/)),
            createHash('sha256').update(bytes).digest('hex'),
          ])
          .sort(),
      ),
    requests: () => server.calls.length,
    atRequest: (n, action) => {
      let count = 0;
      server.hooks = {
        before: () => {
          if (++count === n) action();
        },
      };
    },
  };
}

async function gcs(t: Cleaner): Promise<Target> {
  const server = await GcsServer.start(t);
  return {
    flags: ['--to', 'gs://bucket/a', '--endpoint', server.endpoint],
    env: {},
    contents: () =>
      Object.fromEntries(
        Object.entries(server.contents()).map(([name, hash]) => [name.slice('a/'.length), hash]),
      ),
    requests: () => server.requests.length,
    atRequest: (n, action) => {
      let count = 0;
      server.fault = () => {
        if (++count === n) action();
        return undefined;
      };
    },
  };
}

export const TARGETS: Readonly<Record<string, (t: Cleaner) => Promise<Target>>> = {
  'a folder': folder,
  S3: s3,
  'Google Cloud Storage': gcs,
};
