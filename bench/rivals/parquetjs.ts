/**
 * The obvious program: a line, `JSON.parse`, a row of `@dsnp/parquetjs`.
 *
 *     node dist/bench/rivals/parquetjs.js FILE DIR
 */
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ParquetSchema, ParquetWriter } from '@dsnp/parquetjs';

interface Event {
  insert_id: string;
  event_key: string;
  ts: string;
  metric_value?: number;
  identifiers: Record<string, unknown>;
  event_properties?: Record<string, unknown>;
  user_properties?: Record<string, unknown>;
  platform_properties: Record<string, unknown>;
}

const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined) throw new Error('FILE and DIR are expected.');

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

function entries(object: Record<string, unknown> = {}): object {
  const list = Object.entries(object).filter(([, value]) => value !== null);
  return {
    key_value: list.map(([key, value]) => ({
      key: key.toLowerCase(),
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
    })),
  };
}

/** `2024-01-01 00:00:00.1239` and `2024-01-01T00:00:00.123Z` alike; V8 drops digits after the third. */
function milliseconds(ts: string): number {
  const iso = ts.replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

const writers = new Map<string, ParquetWriter>();
const lines = createInterface({
  input: createReadStream(file),
  crlfDelay: Number.POSITIVE_INFINITY,
});
for await (const line of lines) {
  if (line === '') continue;
  const event = JSON.parse(line) as Event;
  const ts = milliseconds(event.ts);
  const day = new Date(ts).toISOString().slice(0, 10);
  let writer = writers.get(day);
  if (writer === undefined) {
    const partition = path.join(folder, `dt=${day}`);
    mkdirSync(partition, { recursive: true });
    writer = await ParquetWriter.openFile(schema, path.join(partition, '000000000000.parquet'), {
      rowGroupSize: 20_000,
    });
    writers.set(day, writer);
  }
  await writer.appendRow({
    insert_id: event.insert_id,
    event_key: event.event_key,
    ts,
    metric_value: (event.metric_value ?? 0).toFixed(6),
    identifiers: entries(event.identifiers),
    event_properties: entries(event.event_properties),
    user_properties: entries(event.user_properties),
    platform_properties: entries(event.platform_properties),
  });
}
for (const [day, writer] of writers) {
  await writer.close();
  writeFileSync(path.join(folder, `dt=${day}`, '_SUCCESS'), '');
}
