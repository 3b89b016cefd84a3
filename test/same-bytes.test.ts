// However a source comes in, the same bytes go out.

import { join } from 'node:path';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { test } from 'tap';
import { type EventBatch, MAP_COLUMNS, SCALAR_COLUMNS } from '../lib/batch/event-batch.ts';
import { Kernel } from '../lib/batch/kernel.ts';
import { planOf } from '../lib/mapping/compile.ts';
import { VENDOR_MAPPING } from '../lib/mapping/vendor-mapping.ts';
import { LineParser } from '../lib/parse/ndjson/line-parser.ts';
import { type Row, referenceConvert } from './reference/convert.ts';
import { vendorSource } from './support/generate.ts';
import {
  days,
  firstDayDifference,
  parquetFiles,
  readFileWithHyparquet,
  readOutput,
} from './support/read-parquet.ts';
import { filesOf, firstUnequal, run } from './support/run.ts';
import { tempFolder } from './support/temp.ts';

/** Node 20 has no zstd. */
const HAS_ZSTD = 'zstdCompressSync' in zlib;

const EVENT =
  '{"insert_id":"8fb8e088-9245-4fce-bb87-7e09d9917ed6","event_key":"\\ud83d\\ude00 한국","ts":"2023-01-01T00:01:02.333Z","metric_value":-0.000001,"identifiers":{"id":"1","device_id":"\\u0041"},"event_properties":{"B":[1,{"c":"\\\\"}],"b":null},"platform_properties":{"osName":"iOS","appVersion":"1"}}';

/** Something of everything, small enough to be cut everywhere. */
const SAMPLE: Buffer = Buffer.concat([
  Buffer.from(
    `\ufeff ${EVENT}\r\n\n${EVENT.replace('B', '상품😀').replace('-01-01', '-01-02')}\n{"bad\n\r\n`,
  ),
  Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x0a]),
  Buffer.from(`${EVENT.replace('"B"', '"event_key"')}\n ${EVENT.replace('purchase', 'é')} `),
]);

test('a source cut at every byte gives the same events', (t) => {
  for (const debug of [false, true]) {
    const parser = new LineParser(
      new Kernel({ debug }),
      planOf(VENDOR_MAPPING, {
        insertId: 'uuid',
        flatten: false,
      }),
    );
    const expected = parsed(parser, [SAMPLE]);
    const other = Array.from({ length: SAMPLE.length + 1 }, (_, at) => at).filter(
      (at) => parsed(parser, [SAMPLE.subarray(0, at), SAMPLE.subarray(at)]) !== expected,
    );
    t.strictSame(other, [], debug ? 'debug kernel' : 'release kernel');
  }
  t.end();
});

/** Everything that is read of a source, as text. */
function parsed(parser: LineParser, chunks: Buffer[]): string {
  const rows: unknown[] = [];
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      for (let row = 0; row < batch.rows; row++) {
        rows.push([batch.codes[row], batch.detail(row), batch.origin(row)]);
        rows.push(SCALAR_COLUMNS.map((column) => batch.scalar(row, column)));
        rows.push(MAP_COLUMNS.map((column) => batch.entries(row, column)));
      }
      rows.push(...batch.warnings);
      batch.release();
    }
  };
  parser.begin('test');
  for (const chunk of chunks) take(parser.push(chunk));
  take(parser.end());
  return JSON.stringify(rows);
}

test('a source cut at some bytes gives the same files and rejects', async (t) => {
  const whole = tempFolder(t);
  const expected = await run([SAMPLE], whole);
  const files = filesOf(whole);
  t.equal(files.size, 4, 'two days, each with a file and _SUCCESS');
  t.strictSame(expected.report.rejects, { invalid_json: 1, invalid_utf8: 1 });
  for (let at = 0; at <= SAMPLE.length; at += 211) {
    const folder = tempFolder(t);
    const cut = await run([SAMPLE.subarray(0, at), SAMPLE.subarray(at)], folder);
    t.equal(firstUnequal(filesOf(folder), files), undefined, `cut at ${at}`);
    t.strictSame(cut.rejects, expected.rejects);
  }
});

test('a source that drips byte by byte gives the same files', async (t) => {
  const [whole, dripped] = [tempFolder(t), tempFolder(t)];
  const expected = await run([SAMPLE], whole);
  const bytes = Array.from(SAMPLE, (_, at) => SAMPLE.subarray(at, at + 1));
  const drip = await run(bytes, dripped);
  t.equal(firstUnequal(filesOf(dripped), filesOf(whole)), undefined);
  t.strictSame(drip.rejects, expected.rejects);
  t.strictSame({ ...drip.report, seconds: 0 }, { ...expected.report, seconds: 0 });
});

test('the same input and options give byte-identical files', async (t) => {
  const source = manyEvents();
  for (const options of [
    { rowGroupSize: 4096, fileSize: 8192, anyDay: true },
    { compression: 'zstd', flatten: true },
    { compression: 'gzip', identifiers: 'json' },
  ] as const) {
    if (options.compression === 'zstd' && !HAS_ZSTD) continue;
    const [first, second] = [tempFolder(t), tempFolder(t)];
    await run([source], first, options);
    const cuts = Array.from({ length: Math.ceil(source.length / 65_537) }, (_, at) =>
      source.subarray(at * 65_537, (at + 1) * 65_537),
    );
    await run(cuts, second, options);
    t.ok(filesOf(first).size > 0);
    t.equal(firstUnequal(filesOf(first), filesOf(second)), undefined, JSON.stringify(options));
  }
});

/** Events of several sources, one behind the other. */
function manyEvents(): Buffer {
  const sources = fc.sample(vendorSource, { numRuns: 20, seed: 3 });
  return Buffer.concat(sources.flatMap((part) => [part, Buffer.from('\n')]));
}

test('many row groups and files give the same rows, in both readers', async (t) => {
  // Row groups end with batches, which hold 256 KiB.
  const part = manyEvents();
  const source = Buffer.concat([part, part, part, part]);
  const folder = tempFolder(t);
  const sizes = { rowGroupSize: 4096, fileSize: 4096, anyDay: true };
  await run([source], folder, sizes);
  const expected = referenceConvert(source, { anyDay: true }).rows;
  t.equal(firstDayDifference(await readOutput(folder), expected), undefined, 'DuckDB');
  const read = new Map<string, Row[]>();
  for (const day of days(folder)) {
    const rows: Row[] = [];
    for (const file of parquetFiles(join(folder, `dt=${day}`))) {
      rows.push(...(await readFileWithHyparquet(file)));
    }
    read.set(day, rows);
  }
  t.equal(firstDayDifference(read, expected), undefined, 'hyparquet');
  const most = Math.max(...days(folder).map((d) => parquetFiles(join(folder, `dt=${d}`)).length));
  t.ok(most > 1, 'files were rolled');
});
