// Apache Spark reads what a run wrote: the vendor's types, every value, and the same answers with the
// statistics it skips row groups by. PySpark comes from PyPI, each version in an environment of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../reference/convert.ts';
import { inPackage } from '../support/command.ts';
import { firstDifference } from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { cached, isOffline, reasonOf } from './cache.ts';
import { type Output, writeOutputs } from './outputs.ts';
import { answers, asRow, type FoundRow, inOrder, type Placed, placed } from './rows.ts';
import type { Interop, Suite } from './suite.ts';

const VERSIONS = ['3.5.9', '4.3.0'];

export const spark: Suite = {
  name: 'spark',
  async run(t) {
    const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
    const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
    if (java.status !== 0) return t.skip('Apache Spark', 'there is no Java here');
    if (python.status !== 0) return t.skip('Apache Spark', 'there is no python3 here');
    const outputs = await writeOutputs(t);
    for (const output of outputs) leaveStaged(output);
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

/** What a killed run leaves; Spark must not see it, nor _SUCCESS. */
function leaveStaged({ folder, rows }: Output): void {
  const [day = ''] = rows.keys();
  const hidden = join(folder, `dt=${day}`, '.hackle-import-0123456789abcdef');
  mkdirSync(hidden);
  writeFileSync(join(hidden, '0.tmp'), 'half a file');
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
      timeout: 900_000,
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
    await test('filters find what is there', () => {
      assert.deepEqual(found.answers, answers(expected));
    });
  }
}

/** What spark-read.py writes of a folder. */
interface Found {
  schema: string;
  answers: Record<string, number>;
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
