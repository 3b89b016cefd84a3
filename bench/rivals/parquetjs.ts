/**
 * The obvious program: reads lines, calls `JSON.parse`, and writes rows with `@dsnp/parquetjs`.
 *
 *     node dist/bench/rivals/parquetjs.js FILE DIR
 */
import { ParquetSchema, ParquetWriter } from '@dsnp/parquetjs';
import { type Entry, fileAndFolder, writeDays } from './events.ts';

const compression = 'SNAPPY';
const map = {
  type: 'MAP',
  fields: {
    key_value: {
      repeated: true,
      fields: {
        key: { type: 'UTF8', compression },
        value: { type: 'UTF8', compression },
      },
    },
  },
} as const;
const schema = new ParquetSchema({
  insert_id: { type: 'UTF8', compression },
  event_key: { type: 'UTF8', compression },
  ts: { type: 'TIMESTAMP_MILLIS', compression },
  metric_value: { type: 'DECIMAL', precision: 24, scale: 6, typeLength: 11, compression },
  identifiers: map,
  event_properties: map,
  user_properties: map,
  platform_properties: map,
});
const mapOf = (entries: Entry[]): object => ({ key_value: entries });

/** Returns a DECIMAL(24,6) as big-endian bytes, which the package writes unchanged. */
function decimal(value: number): Buffer {
  const bytes = Buffer.alloc(11, value < 0 ? 0xff : 0);
  bytes.writeBigInt64BE(BigInt(Math.round(value * 1e6)), 3);
  return bytes;
}

const { file, folder } = fileAndFolder();
await writeDays(file, folder, async (name) => {
  const writer = await ParquetWriter.openFile(schema, name, { rowGroupSize: 20_000 });
  return {
    append: (row) =>
      writer.appendRow({
        insert_id: row.insert_id,
        event_key: row.event_key,
        ts: row.ts,
        metric_value: decimal(row.metric_value),
        identifiers: mapOf(row.identifiers),
        event_properties: mapOf(row.event_properties),
        user_properties: mapOf(row.user_properties),
        platform_properties: mapOf(row.platform_properties),
      }),
    close: () => writer.close(),
  };
});
