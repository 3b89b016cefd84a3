// Parquet readers of other projects read outputs that are hard to read: every value, and the same answers with the
// statistics by which they skip row groups. They come from PyPI, crates.io and Maven Central.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../reference/convert.ts';
import { inPackage } from '../support/command.ts';
import { firstDifference } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { cached, isOffline, reasonOf } from './cache.ts';
import { type Output, writeOutputs } from './outputs.ts';
import { missing, PROGRAM_READERS, type Program } from './programs.ts';
import { answers, asRow, type FoundRow, inOrder, placed } from './rows.ts';
import type { Interop, Suite } from './suite.ts';

/** Each reader of Python with its version; ClickHouse is chdb. */
const READERS = { pyarrow: '26.0.1', polars: '2.1.0', duckdb: '2.0.1', chdb: '4.4.0' };

export const readers: Suite = {
  name: 'readers',
  async run(t) {
    const outputs = await writeOutputs(t);
    await testPython(t, outputs);
    for (const reader of PROGRAM_READERS) {
      const name = `${reader.name} ${reader.version}`;
      const command = missing(reader);
      if (command !== undefined) t.skip(name, `there is no ${command} here`);
      else await testBuilt(t, name, reader.name, () => reader.build(), outputs);
    }
  },
};

async function testPython(t: Interop, outputs: readonly Output[]): Promise<void> {
  const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  if (python.status !== 0) return t.skip('readers of Python', 'there is no python3 here');
  for (const [reader, version] of Object.entries(READERS)) {
    const build = async (): Promise<Program> => ({
      command: await environment(),
      args: [inPackage('test/interop/readers-read.py'), reader],
    });
    await testBuilt(t, `${reader} ${version}`, reader, build, outputs);
  }
}

/** The Python of an environment that has the readers. */
async function environment(): Promise<string> {
  const wanted = Object.entries(READERS).map(([name, version]) => `${name}==${version}`);
  const folder = await cached(`readers-${Object.values(READERS).join('-')}`, (folder) => {
    const options = { stdio: ['ignore', 'ignore', 'pipe'] as ('ignore' | 'pipe')[] };
    execFileSync('python3', ['-m', 'venv', folder], options);
    execFileSync(join(folder, 'bin', 'pip'), ['install', '--quiet', ...wanted], options);
  });
  return join(folder, 'bin', 'python');
}

async function testBuilt(
  t: Interop,
  name: string,
  reader: string,
  build: () => Promise<Program>,
  outputs: readonly Output[],
): Promise<void> {
  let program: Program;
  try {
    program = await build();
  } catch (error) {
    if (!isOffline(error)) throw error;
    return t.skip(name, `what it is made of cannot be reached: ${reasonOf(error)}`);
  }
  const readable = outputs.filter(({ not }) => not[reader] === undefined);
  for (const output of outputs) {
    const why = output.not[reader];
    if (why !== undefined) t.skip(`${name}, ${output.name}`, why);
  }
  const found: Found[] = [];
  const began = performance.now();
  const reads = await t.test(`${name} reads ${readable.length} outputs`, () => {
    const folders = readable.map(({ folder }) => folder);
    found.push(...resultsOf(program, join(tempFolder(t), 'result.ndjson'), folders));
    assert.equal(found.length, readable.length);
  });
  t.say(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  if (!reads) return;
  for (const [index, output] of readable.entries()) {
    await testFound(t, `${name}, ${output.name}`, output, found[index] as Found);
  }
}

function resultsOf({ command, args }: Program, result: string, folders: string[]): Found[] {
  execFileSync(command, [...args, result, ...folders], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 600_000,
  });
  const lines = readFileSync(result, 'utf8').trimEnd().split('\n');
  return lines.map((line): Found => JSON.parse(line));
}

async function testFound(t: Interop, name: string, output: Output, found: Found): Promise<void> {
  const expected = placed(output.rows);
  await t.test(`${name}: all ${expected.length} rows, value by value`, () => {
    const [actual, wanted] = [inOrder(found.rows.map(asRow)), inOrder(expected)];
    assert.deepEqual(
      actual.map(({ day }) => day),
      wanted.map(({ day }) => day),
    );
    const values = (list: typeof actual): Row[] => list.map(({ row }) => row);
    assert.equal(firstDifference(values(actual), values(wanted)), undefined);
  });
  await t.test(`${name}: filters find what is there`, () => {
    assert.deepEqual(found.answers, answers(expected));
  });
  const { wrong, probes = 0, chunks = 0 } = found;
  if (wrong === undefined) return;
  const about = chunks === 0 ? '' : `, statistics and dictionaries of ${chunks} column chunks`;
  await t.test(`${name}: ${probes} more predicates${about}`, () => {
    assert.ok(probes > 0);
    assert.deepEqual(wrong, []);
  });
}

/** What a program writes of a folder. */
interface Found {
  rows: FoundRow[];
  answers: Record<string, number>;
  /** How many predicates about values of the columns were counted, with statistics and without. */
  probes?: number;
  /** How many column chunks have statistics and dictionaries that were held against the values. */
  chunks?: number;
  wrong?: string[];
}
