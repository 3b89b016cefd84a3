// Every codec, read by DuckDB and hyparquet.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { test } from 'tap';
import type { Compression } from '../../lib/parquet/options.ts';
import { referenceConvert } from '../reference/convert.ts';
import {
  firstDifference,
  readFiles,
  readFileWithHyparquet,
  readFooter,
} from '../support/read-parquet.ts';
import { tempFolder } from '../support/temp.ts';
import { eventOf, writeParquet } from '../support/write-parquet.ts';

const NAMES: Record<Compression, string> = {
  none: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  zstd: 'ZSTD',
};

const events = Array.from({ length: 3000 }, (_, n) =>
  eventOf({
    event_key: `event ${n % 17}`,
    metric_value: n / 8,
    event_properties: { text: '반복되는 글 repeated text '.repeat(n % 9), n },
    user_properties: n % 2 ? {} : { a: Math.sin(n) },
  }),
);
const expected = [...referenceConvert(Buffer.from(events.join('\n'))).rows.values()].flat();

for (const [compression, name] of Object.entries(NAMES) as [Compression, string][]) {
  // Node has zstd from 22.15 on.
  const skip = compression === 'zstd' && !('zstdCompressSync' in zlib);
  test(compression, { skip }, async (t) => {
    const file = join(tempFolder(t), `${compression}.parquet`);
    const sizes = [undefined, ...(compression === 'gzip' || compression === 'zstd' ? [9] : [])].map(
      (level) => {
        const bytes = writeParquet(events, { compression, level });
        writeFileSync(file, bytes);
        return bytes.length;
      },
    );
    t.equal(firstDifference(await readFiles([file]), expected), undefined, 'DuckDB');
    t.equal(firstDifference(await readFileWithHyparquet(file), expected), undefined, 'hyparquet');
    const codecs = readFooter(file).row_groups.flatMap(({ columns }) =>
      columns.map(({ meta_data }) => meta_data?.codec),
    );
    t.strictSame([...new Set(codecs)], [name]);
    // Of so little, zstd's level 9 makes more than its level 1.
    if (compression === 'zstd') t.equal(new Set(sizes).size, sizes.length, 'the level counts');
    else {
      t.strictSame(
        sizes,
        sizes.toSorted((a, b) => b - a),
        'a higher level is no larger',
      );
    }
    if (compression !== 'none') {
      const share = compression === 'snappy' ? 0.51 : 0.5;
      t.ok((sizes[0] as number) < share * writeParquet(events, { compression: 'none' }).length);
    }
  });
}
