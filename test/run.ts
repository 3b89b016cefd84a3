// Runs test files, as many at a time as there are processors. The last line has the totals.
//
//   npm test                                              all but test/campaign
//   npm run test:one test/parse/detect.test.ts test/csv   these sources, and all in these folders
//
// `npx tap dist/test/csv.test.js` runs a test with tap's own runner, which shows failures more prettily. For
// coverage, which is not measured here, that loads hooks into each test file, its threads and its child
// processes: a thread then takes twice the time to start, and so does the command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, normalize, relative, resolve } from 'node:path';
import { inPackage } from './support/command.ts';
import { summaryOf } from './support/tap-output.ts';

/** Seconds that one test may take, and its whole file. */
const LIMITS = { test: 120, file: 900 };

/** The sources of tests that are named, or that are in a named folder. */
function testsIn(path: string): string[] {
  // Their compiled files are meant, too.
  const source = relative(inPackage('.'), resolve(path))
    .replace(/^dist[\\/]/, '')
    .replace(/\.test\.js$/, '.test.ts');
  const stat = statSync(inPackage(source), { throwIfNoEntry: false });
  const found = stat?.isDirectory()
    ? readdirSync(inPackage(source), { recursive: true, encoding: 'utf8' })
        .map((name) => join(source, name))
        .sort()
    : [source];
  const tests = found.filter((name) => name.endsWith('.test.ts'));
  if (stat !== undefined && tests.length > 0) return tests;
  console.error(`expected a test such as test/csv.test.ts, or a folder of tests, got ${path}`);
  return process.exit(2);
}

/** Runs the compiled test, says how it ended, and gives how many assertions passed and failed. */
async function run(source: string): Promise<{ passed: number; failed: number }> {
  const began = performance.now();
  const compiled = inPackage(join('dist', source.replace(/ts$/, 'js')));
  const child = spawn(process.execPath, ['--enable-source-maps', compiled], {
    cwd: inPackage('.'),
    env: { ...process.env, TAP_TIMEOUT: String(LIMITS.test) },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMITS.file * 1000,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { passed, failed, failures } = summaryOf(printed);
  if (code === 0 && failed === 0 && passed > 0) {
    console.log(`ok ${source} (${passed}, ${seconds} s)`);
    return { passed, failed };
  }
  console.log(`not ok ${source} (${passed} passed, ${failed} failed, ${seconds} s)`);
  // Without a failed assertion it broke down; what it printed last says where.
  console.log(failures === '' ? printed.split('\n').slice(-20).join('\n') : failures);
  if (failed === 0) console.log(`ended with ${signal ?? code}, ${passed} assertions`);
  return { passed, failed: Math.max(failed, 1) };
}

const paths = process.argv.slice(2);
const left =
  paths.length > 0
    ? paths.flatMap(testsIn)
    : testsIn('test').filter((source) => !source.startsWith(normalize('test/campaign/')));
const totals = { passed: 0, failed: 0 };
async function work(): Promise<void> {
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const { passed, failed } = await run(next);
    totals.passed += passed;
    totals.failed += failed;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 ? 0 : 1;
