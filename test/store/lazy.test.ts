import { spawnSync } from 'node:child_process';
import t from 'tap';

const LIB = new URL('../../lib/index.js', import.meta.url).href;

/** Names of packages that a process has loaded after running a script, which sees `lib`. */
function loaded(script: string): string[] {
  const child = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module';
       const lib = await import(${JSON.stringify(LIB)});
       ${script}
       const files = Object.keys(createRequire(${JSON.stringify(LIB)}).cache);
       console.log(JSON.stringify(files));`,
    ],
    { encoding: 'utf8' },
  );
  const files = JSON.parse(child.stdout || `["${child.stderr}"]`) as string[];
  return files.filter((file) => /@aws-sdk|@smithy|@google-cloud/.test(file));
}

t.test('a cloud’s SDK is loaded when its store is first used, not before', async (t) => {
  const folder = t.testdir({ 'a.ndjson': '' });
  const local = `await lib.convert({ inputs: [${JSON.stringify(`${folder}/a.ndjson`)}], to: ${JSON.stringify(folder)} });`;
  t.same(loaded(local), []);
  t.same(loaded("lib.openStore('s3://bucket/prefix');"), []);
  const used =
    "await lib.openStore('s3://b', { s3: { endpoint: 'http://127.0.0.1:1' }, retryFor: 1 }).list('').catch(() => {});";
  t.ok(loaded(used).length > 0, 'the test can see them');
});
