// The packed and installed package under every Node it is made for. Node itself comes from npm, where
// each platform's binary is a package.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage, jsonOf, type Outcome, run } from '../support/command.ts';
import { filesIn } from '../support/folders.ts';
import { npm, pack } from '../support/packed.ts';
import { tempFolder } from '../support/temp.ts';
import { cached, isOffline, reasonOf } from './cache.ts';
import type { Interop, Suite } from './suite.ts';

/** The lowest one of `engines`, and the newest of every release since. */
const VERSIONS = ['20.19.0', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];

const EVENTS = inPackage('samples/events.ndjson');
const WIKIPEDIA = [
  inPackage('samples/wikipedia.ndjson.gz'),
  '--mapping',
  inPackage('samples/wikipedia.mapping.json'),
];

export const nodeVersions: Suite = {
  name: 'node-versions',
  async run(t) {
    let script: string;
    try {
      script = installed(t);
    } catch (error) {
      if (!isOffline(error)) throw error;
      t.skip('the installed package', `the registry cannot be reached: ${reasonOf(error)}`);
      return;
    }
    const expected = tempFolder(t);
    await convertSamples(process.execPath, script, expected);
    for (const version of VERSIONS) {
      let node: string;
      try {
        node = await nodeOf(version);
      } catch (error) {
        t.skip(`Node ${version}`, `npm has no such binary here: ${reasonOf(error)}`);
        continue;
      }
      await testWith(t, version, node, script, expected);
    }
  },
};

/** A real `npm install` of the tarball; its command. */
function installed(t: Interop): string {
  const folder = tempFolder(t);
  const { tarball } = pack(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder);
  return join(folder, 'node_modules', '.bin', 'hackle-import');
}

/** The path of a Node of that version; installed if it is not there yet. */
export async function nodeOf(version: string): Promise<string> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = await cached(`node-${version}`, (folder) => {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    npm(['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`], folder);
  });
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(folder, 'node_modules', name, 'bin', file);
}

async function testWith(
  t: Interop,
  version: string,
  node: string,
  script: string,
  expected: string,
): Promise<void> {
  const folder = tempFolder(t);
  await t.test(`Node ${version} writes the same files as ${process.version}`, async () => {
    await convertSamples(node, script, folder);
    assert.equal(Object.keys(filesIn(folder)).length, 8, 'a part and _SUCCESS for each of 4 days');
    assert.deepEqual(filesIn(folder), filesIn(expected));
  });
  await t.test(`Node ${version} runs the demo`, async () => {
    const demo = await run([], { node, script: inPackage('dist/samples/demo.js'), cwd: folder });
    succeed(demo);
  });

  const out = join(folder, 'zstd');
  const compressed = join(folder, 'events.zst');
  const zstd = await run([EVENTS, compressed], { node, script: zstdScript(t) });
  if (zstd.stdout === 'none') {
    await t.test(`Node ${version} says that it has no zstd`, async () => {
      const { code, stderr } = await run([EVENTS, '--to', out, '--compression', 'zstd'], {
        node,
        script,
      });
      assert.deepEqual([code, /22\.15/.test(stderr)], [1, true]);
    });
    return;
  }
  await t.test(`Node ${version} reads and writes zstd`, async () => {
    const args = [compressed, '--to', out, '--compression', 'zstd', '--json'];
    const outcome = await run(args, { node, script });
    succeed(outcome);
    assert.deepEqual(jsonOf<{ rowsWritten: number }>(outcome).rowsWritten, 200);
  });
}

/** Compresses a file with the zstd of the Node that runs it, if it has one. */
function zstdScript(t: Interop): string {
  const script = join(tempFolder(t), 'zstd.cjs');
  writeFileSync(
    script,
    `const { zstdCompressSync } = require('node:zlib');
const fs = require('node:fs');
if (zstdCompressSync === undefined) process.stdout.write('none');
else fs.writeFileSync(process.argv[3], zstdCompressSync(fs.readFileSync(process.argv[2])));
`,
  );
  return script;
}

/** What `npm run demo` converts, through the installed command. */
async function convertSamples(node: string, script: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  succeed(await run([EVENTS, '--to', join(folder, 'events')], { node, script }));
  succeed(await run([...WIKIPEDIA, '--to', join(folder, 'wikipedia')], { node, script }));
}

function succeed({ code, signal, stderr }: Outcome): void {
  if (code !== 0) throw new Error(`exit code ${code ?? signal}: ${stderr}`);
}
