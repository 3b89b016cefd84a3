/**
 * Holds a refactoring to what was: runs an earlier build and the present one over the same inputs and
 * options, and compares every byte of every file, the names, the rejects, the report and the exit code.
 *
 *     npm run same-files -- --base v1.2.0              checks out and builds that revision
 *     npm run same-files -- --base-dir ../old          a built checkout, of the same version: files name it
 *     npm run same-files -- --base main --only presets --only 'threads 3'
 *
 *     --rename OLD=NEW   a code that got another name on purpose (repeatable)
 *     --messages         other words in messages fail too; else they are only listed
 *     --only TEXT        only cases with this text in their name (repeatable)
 *
 * Each case is a line, `ok` or `DIFFERENT`, with the first differences. Exits with 1 where a case differs.
 * All cases take about four minutes on two idle cores. With a Node that has zstd, its cases run too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { inPackage } from '../support/command.ts';
import { buildRevision } from './build.ts';
import { CASES, type Case } from './cases.ts';
import type { Differences } from './compare.ts';
import { HAS_ZSTD, writeInputs } from './inputs.ts';
import { runCase } from './run-case.ts';

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    'base-dir': { type: 'string' },
    rename: { type: 'string', multiple: true, default: [] },
    messages: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [''] },
  },
});
const renames = new Map(values.rename.map((text) => text.split('=') as [string, string]));
const chosen = CASES.filter(({ name }) => values.only.some((text) => name.includes(text)));
const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'same-files-'));
const listed = new Set<string>();
let failed = 0;

try {
  const builds = { base: baseIn(join(folder, 'build')), present: inPackage('') };
  writeInputs(join(folder, 'in'));
  const atOnce = pLimit(2);
  const runs = chosen.map((each, n) =>
    atOnce(async () => {
      print(each, await runCase(each, builds, join(folder, 'runs', String(n)), renames));
    }),
  );
  await Promise.all(runs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [from, to] of renames) console.log(`Taken as equal: ${from} and ${to}`);
if (!HAS_ZSTD) console.log(`Left out: zstd, which Node ${process.versions.node} lacks`);
const seconds = Math.round((Date.now() - started) / 1000);
console.log(`${chosen.length - failed} passed, ${failed} failed, in ${seconds} s`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;

function baseIn(build: string): string {
  const given = values['base-dir'];
  if (given !== undefined) return resolve(given);
  if (values.base === undefined) throw new Error('--base REVISION or --base-dir DIR is missing');
  return buildRevision(values.base, build);
}

function print({ name }: Case, { data, messages }: Differences): void {
  const different = values.messages ? [...data, ...messages] : data;
  if (different.length > 0) failed++;
  console.log(`${different.length > 0 ? 'DIFFERENT' : 'ok'} ${name}`);
  for (const text of data.slice(0, 3)) console.log(`    ${text}`);
  for (const text of messages) {
    if (!listed.has(text)) console.log(`    message in ${text}`);
    listed.add(text);
  }
}
