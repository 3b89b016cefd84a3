// Where the campaign's runs write: a folder, and buckets on servers that stay when a run is killed.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { StoredObject } from '../servers/gcs-bucket.ts';
import { GcsServer } from '../servers/gcs-server.ts';
import { S3Fault } from '../servers/s3-fault.ts';
import { ENVIRONMENT, PREFIX, startS3, urlOf } from '../servers/s3-support.ts';
import { filesIn } from '../support/folders.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

/**
 * What happens at a request: the client is killed before it is carried out or before the answer; 503 once; the answer
 * is lost; no permission, once or from then on; the client gets SIGTERM, and the request is carried out.
 */
export type RequestFault =
  | 'kill-before'
  | 'kill-after'
  | 'busy'
  | 'lost'
  | 'denied'
  | 'locked'
  | 'stop';

export interface Target {
  /** The flags that name it. */
  flags: string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Everything that is there, hidden names too: name → hash. A folder's name ends with a slash. */
  contents(): Record<string, string>;
  bytes(name: string): Buffer;
  /** Requests so far; undefined for a folder. */
  requests(): number | undefined;
  /**
   * Lets the n-th request from now on go wrong.
   *
   * @param n 0: none
   * @param onHit called at that moment; where the fault is a kill or a stop, it sends the signal
   */
  atRequest(n: number, fault: RequestFault, onHit?: () => void): void;
  /** Keeps what is there as the state to which `restore` goes back. Without it, that is nothing. */
  keep(): void;
  restore(): void;
}

async function folder(t: Cleaner): Promise<Target> {
  return folderIn(tempFolder(t));
}

/** A folder `out` in another folder. */
export function folderIn(parent: string): Target {
  const [out, kept] = [join(parent, 'out'), join(parent, 'kept')];
  return {
    flags: ['--to', out],
    env: {},
    contents: () => (existsSync(out) ? { ...filesIn(out), ...foldersIn(out) } : {}),
    bytes: (name) => readFileSync(join(out, name)),
    requests: () => undefined,
    atRequest: () => {},
    keep: () => cpSync(out, kept, { recursive: true }),
    restore: () => {
      rmSync(out, { recursive: true, force: true });
      if (existsSync(kept)) cpSync(kept, out, { recursive: true });
      else mkdirSync(parent, { recursive: true });
    },
  };
}

async function s3(t: Cleaner): Promise<Target> {
  const server = await startS3(t);
  const { objects } = server.bucket;
  const nameOf = (key: string): string => key.slice(PREFIX.length + 1);
  const kept = new Map(objects);
  return {
    flags: ['--to', urlOf(server), '--endpoint', server.endpoint],
    env: { ...ENVIRONMENT, AWS_PROFILE: undefined, AWS_REGION: undefined },
    contents: () =>
      Object.fromEntries(
        [...objects]
          .map(([key, { bytes }]): [string, string] => [nameOf(key), hashOf(bytes)])
          .sort(),
      ),
    bytes: (name) => objects.get(`${PREFIX}/${name}`)?.bytes ?? Buffer.alloc(0),
    requests: () => server.calls.length,
    atRequest: (n, fault, onHit = () => {}) => {
      let count = 0;
      const isAt = (): boolean => count === n || (fault === 'locked' && n > 0 && count > n);
      server.hooks = {
        before: () => {
          count++;
          if (!isAt() || fault === 'kill-after' || fault === 'lost') return;
          onHit();
          if (fault === 'stop') return;
          if (fault === 'denied' || fault === 'locked') {
            throw new S3Fault(403, 'AccessDenied', 'Access Denied');
          }
          throw new S3Fault(503, 'SlowDown', 'Reduce your request rate');
        },
        after: () => {
          if (!isAt() || (fault !== 'kill-after' && fault !== 'lost')) return undefined;
          onHit();
          return 'lose';
        },
      };
    },
    keep: () => copy(objects, kept),
    // A bucket's lifecycle rule removes the uploads of killed runs.
    restore: () => {
      server.bucket.uploads.clear();
      server.hooks = {};
      copy(kept, objects);
    },
  };
}

async function gcs(t: Cleaner): Promise<Target> {
  const server = await GcsServer.start(t);
  const { objects } = server.bucket;
  const kept = new Map<string, StoredObject>();
  const nothing = (): undefined => undefined;
  return {
    flags: ['--to', 'gs://bucket/a', '--endpoint', server.endpoint],
    env: {},
    contents: () =>
      Object.fromEntries(
        Object.entries(server.contents()).map(([name, hash]) => [name.slice('a/'.length), hash]),
      ),
    bytes: (name) => objects.get(`a/${name}`)?.bytes ?? Buffer.alloc(0),
    requests: () => server.requests.length,
    atRequest: (n, fault, onHit = () => {}) => {
      let count = 0;
      server.fault = () => {
        count++;
        if (count !== n && !(fault === 'locked' && n > 0 && count > n)) return undefined;
        if (fault === 'kill-after' || fault === 'lost') {
          server.answered = () => {
            server.answered = nothing;
            onHit();
          };
          return 'lost reply';
        }
        onHit();
        if (fault === 'stop') return undefined;
        const isRefused = fault === 'denied' || fault === 'locked';
        return isRefused
          ? { status: 403, reason: 'forbidden' }
          : { status: 503, reason: 'backendError' };
      };
    },
    keep: () => copy(objects, kept),
    restore: () => {
      server.bucket.sessions.clear();
      server.fault = nothing;
      server.answered = nothing;
      copy(kept, objects);
    },
  };
}

/** Also what is hidden: a folder that stays in a day is a leftover. */
function foldersIn(folder: string): Record<string, string> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${relative(folder, join(entry.parentPath, entry.name))}/`)
    .sort();
  return Object.fromEntries(found.map((name) => [name, 'folder']));
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function copy<T>(from: ReadonlyMap<string, T>, to: Map<string, T>): void {
  const entries = [...from];
  to.clear();
  for (const [key, value] of entries) to.set(key, value);
}

export const TARGETS: Readonly<Record<string, (t: Cleaner) => Promise<Target>>> = {
  'a folder': folder,
  S3: s3,
  'Google Cloud Storage': gcs,
};
