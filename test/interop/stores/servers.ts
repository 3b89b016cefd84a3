// S3 servers of other projects. Each is installed once into the cache of the interop suites, and started for a test.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mode } from '../../servers/rewriting-proxy.ts';
import { type Cleaner, tempFolder } from '../../support/temp.ts';
import { cached } from '../cache.ts';
import { installCeph, startRgw, stopRgw } from '../ceph.ts';
import { freePort } from '../free-port.ts';

/** Credentials of the owner of each server's buckets. */
export const OWNER = { accessKeyId: 'OWNERKEY', secretAccessKey: 'ownersecret' };

/** One S3 server, which OWNER may use. */
export interface S3Program {
  name: string;
  /** Bytes of a part of an upload; absent: as few as S3 takes, so that there are several. */
  partSize?: number;
  /** Whether the conformance suite of stores runs on it. */
  conforms?: boolean;
  /** Whether it takes any key of KMS, and says by which an object is encrypted. */
  encrypts?: boolean;
  /** The modes of the proxy before it; absent: all. */
  modes?: readonly Mode[];
  /** Installs it, if it is not there yet, and starts it; resolves with its URL. */
  start(t: Cleaner): Promise<string>;
}

const VERSITYGW = 'v1.8.0';
const MOTO = '5.2.1';
/** MinIO and SeaweedFS name their releases otherwise than Go does. */
const MINIO = 'v0.0.0-20260212201848-7aac2a2c5b7c';
const SEAWEEDFS = 'v0.0.0-20261109003541-7506e5f91cd6';

/** The suite s3-rgw has its conformance. */
const ceph: S3Program = {
  name: 'Ceph RGW',
  async start(t) {
    const missing = installCeph();
    if (missing !== undefined) throw new Error(missing);
    const folder = tempFolder(t);
    t.teardown(() => stopRgw(folder));
    return startRgw(folder);
  },
};

interface Versitygw extends Partial<S3Program> {
  /** Flags of the backend. */
  flags?: readonly string[];
}

function versitygw({ name = 'versitygw', flags = [], ...rest }: Versitygw): S3Program {
  return {
    name,
    ...rest,
    async start(t) {
      const program = await goProgram(
        'versitygw',
        VERSITYGW,
        'github.com/versity/versitygw/cmd/versitygw',
      );
      const port = await freePort();
      const keys = ['--access', OWNER.accessKeyId, '--secret', OWNER.secretAccessKey];
      const where = ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive'];
      run(t, program, [...keys, ...where, 'posix', ...flags, tempFolder(t)]);
      return `http://127.0.0.1:${port}`;
    },
  };
}

const moto: S3Program = {
  name: 'moto',
  conforms: true,
  encrypts: true,
  async start(t) {
    const folder = await cached(`moto-${MOTO}`, (folder) => {
      const options = { stdio: ['ignore', 'ignore', 'pipe'] as ('ignore' | 'pipe')[] };
      execFileSync('python3', ['-m', 'venv', folder], options);
      const wanted = `moto[server,s3]==${MOTO}`;
      execFileSync(join(folder, 'bin', 'pip'), ['install', '--quiet', wanted], options);
    });
    const port = await freePort();
    run(t, join(folder, 'bin', 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)]);
    return `http://127.0.0.1:${port}`;
  },
};

const minio: S3Program = {
  name: 'MinIO',
  conforms: true,
  async start(t) {
    const program = await goProgram('minio', MINIO, 'github.com/minio/minio');
    const [port, console] = [await freePort(), await freePort()];
    const where = ['--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${console}`];
    run(t, program, ['server', '--quiet', ...where, tempFolder(t)], {
      MINIO_ROOT_USER: OWNER.accessKeyId,
      MINIO_ROOT_PASSWORD: OWNER.secretAccessKey,
    });
    return `http://127.0.0.1:${port}`;
  },
};

const seaweedfs: S3Program = {
  name: 'SeaweedFS',
  conforms: true,
  async start(t) {
    const program = join(await cached(`seaweedfs-${SEAWEEDFS}`, installSeaweed), 'weed');
    const folder = tempFolder(t);
    const credentials = [{ accessKey: OWNER.accessKeyId, secretKey: OWNER.secretAccessKey }];
    const actions = ['Admin', 'Read', 'Write', 'List', 'Tagging'];
    const config = join(folder, 's3.json');
    writeFileSync(
      config,
      JSON.stringify({ identities: [{ name: 'owner', credentials, actions }] }),
    );
    const port = await freePort();
    const ports: string[] = [];
    for (const part of ['master', 'volume', 'filer']) {
      ports.push(`-${part}.port=${await freePort()}`, `-${part}.port.grpc=${await freePort()}`);
    }
    const s3 = ['-s3', `-s3.port=${port}`, `-s3.config=${config}`];
    const where = ['-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${folder}`];
    const grpc = `-s3.port.grpc=${await freePort()}`;
    // Without these it serves its table formats too, on fixed ports.
    const off = ['-s3.port.iceberg=0', '-s3.port.lance=0'];
    run(t, program, ['server', ...where, ...ports, ...s3, grpc, ...off]);
    return `http://127.0.0.1:${port}`;
  },
};

/** Servers that are installed within two minutes together. */
export const QUICK: readonly S3Program[] = [
  ceph,
  versitygw({ conforms: true }),
  // It keeps neither ETags nor the metadata of objects, and so can complete no upload in parts.
  versitygw({
    name: 'versitygw --nometa',
    flags: ['--nometa'],
    partSize: 64 << 20,
    modes: ['plain'],
  }),
  moto,
];

/** Servers whose compilation takes up to ten minutes each. */
export const SLOW: readonly S3Program[] = [minio, seaweedfs];

async function goProgram(name: string, version: string, path: string): Promise<string> {
  const folder = await cached(`${name}-${version}`, (folder) => {
    execFileSync('go', ['install', `${path}@${version}`], {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  });
  return join(folder, name);
}

/** `go install` refuses modules that replace others, so it is built as a dependency of a module of its own. */
function installSeaweed(folder: string): void {
  const path = 'github.com/seaweedfs/seaweedfs';
  const go = (...args: string[]): void => {
    const env = { ...process.env, GOFLAGS: '-mod=mod' };
    execFileSync('go', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  go('mod', 'init', 'seaweedfs-for-tests');
  go('mod', 'edit', '-replace=github.com/tyler-smith/go-bip39=github.com/cosmos/go-bip39@v1.0.0');
  go('get', `${path}/weed@${SEAWEEDFS}`);
  go('build', '-o', join(folder, 'weed'), `${path}/weed`);
}

/** Runs a server until the test ends. */
function run(
  t: Cleaner,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  child.on('error', () => {}); // it does not answer then
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill('SIGKILL'); // what it holds is not needed any more
    await once(child, 'exit');
  });
}
