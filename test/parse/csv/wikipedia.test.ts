// Real edits of Wikipedia: as CSV that DuckDB wrote, they give the same rows as NDJSON.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { test } from 'tap';
import { type EventBatch, MAP_COLUMNS, SCALAR_COLUMNS } from '../../../lib/batch/event-batch.ts';
import { Kernel } from '../../../lib/batch/kernel.ts';
import { compileMapping } from '../../../lib/mapping/compile.ts';
import type { EventMapping } from '../../../lib/mapping/types.ts';
import { LineParser } from '../../../lib/parse/ndjson/line-parser.ts';
import type { SourceParser } from '../../../lib/parse/source-parser.ts';
import { resolveInputs } from '../../../lib/source/resolve.ts';
import { eachSource } from '../../../lib/source/source.ts';
import { csvParser } from '../../support/source-parser.ts';
import { zipOf } from '../../support/zip.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples/', import.meta.url));
const NDJSON = gunzipSync(readFileSync(join(SAMPLES, 'wikipedia.ndjson.gz')));
const sample = JSON.parse(readFileSync(join(SAMPLES, 'wikipedia.mapping.json'), 'utf8'));
// Not derived from the raw text, which differs in CSV.
const mapping: EventMapping = {
  ...sample,
  insert_id: { derive: ['time', 'page', 'user', 'delta', 'comment'] },
};
const plan = compileMapping(mapping, { flatten: false });
const kernel = new Kernel();

/** Returns a line for each row, with all its values except nulls. */
function rowsOf(parser: SourceParser | LineParser, bytes: Uint8Array): string[] {
  const rows: string[] = [];
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      for (let row = 0; row < batch.rows; row++) rows.push(textOf(batch, row));
      batch.release();
    }
  };
  parser.begin('wikipedia');
  for (let at = 0; at < bytes.length; at += 100_000)
    take(parser.push(bytes.subarray(at, at + 100_000)));
  take(parser.end());
  parser.destroy();
  return rows;
}

function textOf(batch: EventBatch, row: number): string {
  const scalars = SCALAR_COLUMNS.map((column) => batch.scalar(row, column).text);
  const maps = MAP_COLUMNS.map((column) =>
    batch
      .entries(row, column)
      .filter(({ kind }) => kind !== 1)
      .map(({ key, text }) => `${key}=${text}`)
      .sort(),
  );
  return JSON.stringify([batch.codes[row], scalars, maps]);
}

const expected = rowsOf(new LineParser(kernel, plan), NDJSON);

test('CSV in several dialects', async (t) => {
  t.equal(expected.length, 2000);
  const folder = t.testdir({});
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const first = JSON.parse(NDJSON.subarray(0, NDJSON.indexOf(10)).toString());
  const columns = Object.keys(first).map((name) => `'${name}': 'VARCHAR'`);
  const table = `read_json('${join(SAMPLES, 'wikipedia.ndjson.gz')}', format = 'newline_delimited', columns = {${columns.join(', ')}})`;
  for (const [name, options] of [
    ['plain', ''],
    ['tabs', ", DELIMITER '\t'"],
    ['semicolons, all quoted', ", DELIMITER ';', FORCE_QUOTE *"],
  ] as const) {
    const path = join(folder, `${name}.csv`);
    await db.run(`COPY (FROM ${table}) TO '${path}' (FORMAT csv, HEADER${options})`);
    const rows = rowsOf(csvParser(kernel, plan), readFileSync(path));
    t.equal(rows.length, expected.length, name);
    t.equal(
      rows.findIndex((row, at) => row !== expected[at]),
      -1,
      `${name}: first row that differs`,
    );
  }
  db.closeSync();
});

test('NDJSON in an archive', async (t) => {
  const half = NDJSON.indexOf(10, NDJSON.length / 2) + 1;
  const path = join(t.testdir({}), 'wikipedia.zip');
  writeFileSync(
    path,
    zipOf([
      { name: '2.ndjson', content: NDJSON.subarray(half) },
      { name: '1.ndjson', content: NDJSON.subarray(0, half), method: 0 },
    ]),
  );
  const rows: string[] = [];
  for await (const source of eachSource(await resolveInputs([path]), undefined)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.open()) chunks.push(chunk);
    rows.push(...rowsOf(new LineParser(kernel, plan), Buffer.concat(chunks)));
  }
  t.equal(rows.length, expected.length);
  t.equal(
    rows.findIndex((row, at) => row !== expected[at]),
    -1,
    'first row that differs',
  );
});
