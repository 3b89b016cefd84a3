// Runs test files, each as a process of its own.
//
// tap's own runner would load its hooks for coverage, which is not measured here, into each test file, its threads
// and its child processes: a thread then takes twice the time to start, and so does the command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { inPackage } from './command.ts';
import { summaryOf } from './tap-output.ts';

export interface Totals {
  passed: number;
  failed: number;
}

/** How long tests may take, in seconds. */
export interface Limits {
  test: number;
  file: number;
}

/** The sources of tests that a path names: a test, compiled or not, or a folder of some. Exits where there are none. */
export function testsIn(path: string): string[] {
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

/** Runs the compiled tests, as many at a time as there are processors. Prints how each ended, and last the totals. */
export async function runTests(sources: readonly string[], limits: Limits): Promise<void> {
  const left = [...sources];
  const totals: Totals = { passed: 0, failed: 0 };
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { passed, failed } = await runTest(next, limits);
      totals.passed += passed;
      totals.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

async function runTest(source: string, limits: Limits): Promise<Totals> {
  const began = performance.now();
  const compiled = inPackage(join('dist', source.replace(/ts$/, 'js')));
  const child = spawn(process.execPath, ['--enable-source-maps', compiled], {
    cwd: inPackage('.'),
    env: { ...process.env, TAP_TIMEOUT: String(limits.test) },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: limits.file * 1000,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { total, passed, failed, failures } = summaryOf(printed);
  if (code === 0 && failed === 0 && total > 0) {
    console.log(`ok ${source} (${passed}, ${seconds} s)`);
    return { passed, failed };
  }
  console.log(`not ok ${source} (${passed} passed, ${failed} failed, ${seconds} s)`);
  if (failed > 0) {
    console.log(failures);
  } else {
    // It broke down, and what it printed last says where.
    const last = printed.split('\n').slice(-20).join('\n');
    console.log(`${last}\nended with ${signal ?? code} after ${total} assertions`);
  }
  return { passed, failed: Math.max(failed, 1) };
}
