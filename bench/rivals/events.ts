import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

// The common part of the row-wise programs: everything except writing Parquet.

export interface Entry {
  key: string;
  value: string;
}

/** An event as a row of Parquet. */
export interface Row {
  insert_id: string;
  event_key: string;
  /** In milliseconds since 1970. */
  ts: number;
  metric_value: number;
  identifiers: Entry[];
  event_properties: Entry[];
  user_properties: Entry[];
  platform_properties: Entry[];
}

type Maps = 'identifiers' | 'event_properties' | 'user_properties' | 'platform_properties';
type Event = { insert_id: string; event_key: string; ts: string; metric_value?: number } & {
  [map in Maps]?: Record<string, unknown>;
};

/** Writes the file of a day. */
export interface DayWriter {
  append(row: Row): void | Promise<void>;
  close(): void | Promise<void>;
}

/** Reads a file line by line, and passes each event to the writer of its day. */
export async function writeDays(
  file: string,
  folder: string,
  open: (file: string) => DayWriter | Promise<DayWriter>,
): Promise<void> {
  const writers = new Map<string, DayWriter>();
  const input = createReadStream(file);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    const row = rowOf(JSON.parse(line) as Event);
    const day = new Date(row.ts).toISOString().slice(0, 10);
    let writer = writers.get(day);
    if (writer === undefined) {
      mkdirSync(path.join(folder, `dt=${day}`), { recursive: true });
      writer = await open(path.join(folder, `dt=${day}`, '000000000000.parquet'));
      writers.set(day, writer);
    }
    // Awaiting a value that is not a promise would cost as much as a line.
    const waiting = writer.append(row);
    if (waiting !== undefined) await waiting;
  }
  for (const [day, writer] of writers) {
    await writer.close();
    writeFileSync(path.join(folder, `dt=${day}`, '_SUCCESS'), '');
  }
}

function rowOf(event: Event): Row {
  return {
    insert_id: event.insert_id,
    event_key: event.event_key,
    ts: milliseconds(event.ts),
    metric_value: event.metric_value ?? 0,
    identifiers: entries(event.identifiers),
    event_properties: entries(event.event_properties),
    user_properties: entries(event.user_properties),
    platform_properties: entries(event.platform_properties),
  };
}

function entries(object: Record<string, unknown> = {}): Entry[] {
  return Object.entries(object)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ({
      key: key.toLowerCase(),
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
    }));
}

/** Parses `2024-01-01 00:00:00.1239` and `2024-01-01T00:00:00.123Z`. V8 drops fraction digits after the third. */
function milliseconds(ts: string): number {
  const iso = ts.replace(' ', 'T');
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
}

/** Returns FILE and DIR of the command line. */
export function fileAndFolder(): { file: string; folder: string } {
  const [file, folder] = process.argv.slice(2);
  if (file === undefined || folder === undefined) throw new Error('FILE and DIR are expected.');
  return { file, folder };
}
