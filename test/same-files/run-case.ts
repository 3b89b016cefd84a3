// One case with both builds, each in a folder of its own.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { GcsServer } from '../servers/gcs-server.ts';
import { ENVIRONMENT, PREFIX, startS3, urlOf } from '../servers/s3-support.ts';
import { type Outcome, run } from '../support/command.ts';
import type { Case } from './cases.ts';
import { compare, type Differences, type Renames, type RunResult } from './compare.ts';

export interface Builds {
  base: string;
  present: string;
}

/** Runs a case in a new folder; the inputs are in `in` two folders above. */
export async function runCase(
  each: Case,
  builds: Builds,
  folder: string,
  renames: Renames,
): Promise<Differences> {
  const base = await runBuild(each, builds.base, folder);
  const present = await runBuild(each, builds.present, folder);
  const found = compare(base, present, renames);
  const wrong = unexpected(each, base);
  if (wrong !== undefined) found.data.push(`the base ${wrong}`);
  return found;
}

/** Why a run of the base shows nothing: two builds that refuse a flag are equal, too. */
function unexpected({ code = 0, args }: Case, base: RunResult): string | undefined {
  if (base.code !== code) return `ended with ${base.code} instead of ${code}: ${base.stderr}`;
  const committed = [...base.files.keys()].some((name) => name.endsWith('_SUCCESS'));
  return committed || code > 0 || args.includes('--dry-run') ? undefined : 'committed nothing';
}

async function runBuild(each: Case, build: string, cwd: string): Promise<RunResult> {
  mkdirSync(cwd, { recursive: true });
  symlinkSync('../../in', join(cwd, 'in'));
  const store = each.store && (await STORES[each.store](join(cwd, 'in')));
  try {
    const given = each.args.map((arg) => (store ? arg.replace('STORE', store.url) : arg));
    const script = join(build, each.script ?? 'dist/bin/hackle-import.js');
    const flags = store ? ['--endpoint', store.endpoint] : [];
    const command = (more: readonly string[] = []): Promise<Outcome> =>
      start(each.shell, script, [...given, ...flags, ...more].filter(Boolean), cwd);
    let outcome = await command();
    if (each.again !== undefined) outcome = await command(each.again);
    const { code, stdout, stderr } = outcome;
    return { code, stdout, stderr, files: new Map([...filesIn(cwd), ...(store?.objects() ?? [])]) };
  } finally {
    await store?.close();
    // The next build gets the same paths, which messages and rejects name.
    rmSync(cwd, { recursive: true });
  }
}

function start(
  shell: string | undefined,
  script: string,
  args: string[],
  cwd: string,
): Promise<Outcome> {
  const env = { ...ENVIRONMENT, AWS_PROFILE: undefined, AWS_REGION: undefined, NO_COLOR: '1' };
  if (shell === undefined) return run(args, { script, cwd, env });
  const words = [shell, process.execPath, script, ...args];
  return run(words, { node: 'sh', script: '-c', cwd, env });
}

/** Files below a folder, hidden ones too, without links and pipes. */
function filesIn(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [relative(folder, file), readFileSync(file)]);
}

interface TestStore {
  url: string;
  endpoint: string;
  objects(): [string, Buffer][];
  close(): Promise<unknown>;
}

/** Inputs that are objects below `raw/` in a bucket. */
const OBJECTS = ['small.ndjson', 'big.ndjson', 'small.csv', 'small.ndjson.gz', 'members.zip'];

/** Servers, whose buckets get the objects from a folder. */
const STORES: Record<'s3' | 'gcs', (inputs: string) => Promise<TestStore>> = {
  s3: async (inputs) => {
    const server = await startS3(UNOWNED);
    for (const name of OBJECTS) {
      server.bucket.put(`${PREFIX}/raw/${name}`, readFileSync(join(inputs, name)), {});
    }
    return storeOf(server.bucket, urlOf(server), server.endpoint, () => server.close());
  },
  gcs: async (inputs) => {
    const server = await GcsServer.start(UNOWNED);
    for (const name of OBJECTS) {
      server.bucket.create(`${PREFIX}/raw/${name}`, readFileSync(join(inputs, name)), {}, null);
    }
    const url = `gs://${server.bucketName}/${PREFIX}`;
    return storeOf(server.bucket, url, server.endpoint, () => server.stop());
  },
};

/** The servers are closed here, after each run, not by a test. */
const UNOWNED = { teardown: () => {} };

function storeOf(
  bucket: { objects: ReadonlyMap<string, { bytes: Buffer }> },
  url: string,
  endpoint: string,
  close: () => Promise<unknown>,
): TestStore {
  const objects = (): [string, Buffer][] =>
    [...bucket.objects].map(([name, { bytes }]) => [`${url}: ${name}`, bytes]);
  return { url, endpoint, objects, close };
}
