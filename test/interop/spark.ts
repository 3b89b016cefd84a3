// Apache Spark reads what a run wrote: the vendor's types, every value, and the same answers with the
// statistics it skips row groups by. PySpark comes from PyPI, each version in an environment of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { type Row, referenceConvert } from '../reference/convert.ts';
import { inPackage, run } from '../support/command.ts';
import { vendorSource } from '../support/generate.ts';
import { firstDifference } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { cached, isOffline, reasonOf } from './cache.ts';
import { nodeOf } from './node-versions.ts';
import { answers, asRow, type FoundRow, inOrder, type Placed, placed } from './rows.ts';
import type { Interop, Suite } from './suite.ts';

const VERSIONS = ['3.5.9', '4.3.0'];

/** For the output that Node 20 cannot write. */
const NODE_WITH_ZSTD = '24.21.0';

/** Random events: with every script, extreme decimals, empty maps, days from the year 1 on. */
const RANDOM_SOURCES = 20;

export const spark: Suite = {
  name: 'spark',
  async run(t) {
    const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
    const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
    if (java.status !== 0) return t.skip('Apache Spark', 'there is no Java here');
    if (python.status !== 0) return t.skip('Apache Spark', 'there is no python3 here');
    const outputs = await writeOutputs(t);
    for (const version of VERSIONS) {
      let interpreter: string;
      try {
        interpreter = await pyspark(version);
      } catch (error) {
        if (!isOffline(error)) throw error;
        t.skip(`PySpark ${version}`, `PyPI cannot be reached: ${reasonOf(error)}`);
        continue;
      }
      await testWith(t, version, interpreter, outputs);
    }
  },
};

/** The Python of an environment that has this PySpark. */
async function pyspark(version: string): Promise<string> {
  const folder = await cached(`pyspark-${version}`, (folder) => {
    const run = (command: string, args: string[]): void => {
      execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    };
    run('python3', ['-m', 'venv', folder]);
    run(join(folder, 'bin', 'pip'), ['install', '--quiet', `pyspark==${version}`]);
  });
  return join(folder, 'bin', 'python');
}

/** An output folder, and what must be in it: day → rows. */
interface Output {
  name: string;
  folder: string;
  rows: Map<string, Row[]>;
  identifiers: 'map' | 'json';
}

/** Converts events with several options; first the one about which questions are asked. */
async function writeOutputs(t: Interop): Promise<Output[]> {
  const folder = tempFolder(t);
  const sample = readFileSync(inPackage('samples/events.ndjson'));
  const random = fc.sample(vendorSource, { numRuns: RANDOM_SOURCES, seed: 2023 });
  const all = Buffer.concat([sample, ...random.flatMap((part) => [part, Buffer.from('\n')])]);
  const outputs: Output[] = [];
  const write = async (
    name: string,
    source: Buffer,
    flags: string[],
    node = process.execPath,
  ): Promise<void> => {
    const to = join(folder, name);
    const args = ['-', '--to', to, '--quiet', '--any-day', '--max-rejects', '100%', ...flags];
    const { code, stderr } = await run(args, { stdin: source, node });
    if (code !== 0) throw new Error(stderr);
    // What a killed run leaves; Spark must not see it, nor _SUCCESS.
    const hidden = join(to, 'dt=2023-01-01', '.hackle-import-0123456789abcdef');
    mkdirSync(hidden);
    writeFileSync(join(hidden, '0.tmp'), 'half a file');
    const identifiers = flags.includes('--identifiers') ? 'json' : 'map';
    const { rows } = referenceConvert(source, { identifiers, anyDay: true });
    outputs.push({ name, folder: to, rows, identifiers });
  };
  // Small files and row groups, for the statistics.
  await write('all events', all, ['--row-group-size', '4k', '--file-size', '8k']);
  await write('identifiers as JSON', sample, ['--identifiers', 'json']);
  await write('gzip', sample, ['--compression', 'gzip']);
  await write('uncompressed', sample, ['--compression', 'none']);
  try {
    const node = 'zstdCompressSync' in zlib ? process.execPath : await nodeOf(NODE_WITH_ZSTD);
    await write('zstd', sample, ['--compression', 'zstd'], node);
  } catch (error) {
    if (!isOffline(error)) throw error;
    t.skip('zstd', `${process.version} cannot write it: ${reasonOf(error)}`);
  }
  return outputs;
}

async function testWith(
  t: Interop,
  version: string,
  python: string,
  outputs: readonly Output[],
): Promise<void> {
  const result = join(tempFolder(t), 'result.ndjson');
  let lines: string[] = [];
  const reads = await t.test(`PySpark ${version} reads ${outputs.length} output folders`, () => {
    const script = inPackage('test/interop/spark-read.py');
    execFileSync(python, [script, result, ...outputs.map(({ folder }) => folder)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 600_000,
      env: { ...process.env, SPARK_LOCAL_IP: '127.0.0.1', PYSPARK_PYTHON: python },
    });
    lines = readFileSync(result, 'utf8').trim().split('\n');
    assert.equal(lines.length, outputs.length);
  });
  if (!reads) return;
  for (const [index, output] of outputs.entries()) {
    const found = JSON.parse(lines[index] as string) as Found;
    const test = (what: string, check: () => void): Promise<boolean> =>
      t.test(`PySpark ${version}, ${output.name}: ${what}`, check);
    await test('the vendor’s types', () => assert.equal(found.schema, schema(output.identifiers)));
    const expected = inOrder(placed(output.rows));
    const actual = inOrder(found.rows.map(asRow));
    await test(`all ${expected.length} rows, value by value`, () => {
      assert.deepEqual(
        actual.map(({ day }) => day),
        expected.map(({ day }) => day),
      );
      const rows = (list: Placed[]): Row[] => list.map(({ row }) => row);
      assert.equal(firstDifference(rows(actual), rows(expected)), undefined);
    });
    if (found.answers === undefined) continue;
    await test('filters find what is there', () => {
      assert.deepEqual(found.answers, answers(expected));
    });
  }
}

/** What spark-read.py writes of a folder. */
interface Found {
  schema: string;
  answers?: Record<string, number>;
  rows: FoundRow[];
}

/** As `printSchema()` shows it. Spark calls every column of a file nullable, whatever the file says. */
function schema(identifiers: Output['identifiers']): string {
  const map = (name: string): string => ` |-- ${name}: map (nullable = true)
 |    |-- key: string
 |    |-- value: string (valueContainsNull = true)
`;
  return `root
 |-- insert_id: string (nullable = true)
 |-- event_key: string (nullable = true)
 |-- ts: timestamp (nullable = true)
 |-- metric_value: decimal(24,6) (nullable = true)
${identifiers === 'map' ? map('identifiers') : ' |-- identifiers: string (nullable = true)\n'}${map('event_properties')}${map('user_properties')}${map('platform_properties')} |-- dt: date (nullable = true)
`;
}
