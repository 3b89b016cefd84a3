import { ImportError } from '../errors.ts';
import { checkOptions } from '../options/check.ts';
import { READ_DAY_OPTIONS } from '../options/looks.ts';
import { readFileEnd } from '../parquet/file-end.ts';
import { readRows } from '../parquet/read-rows.ts';
import type { ObjectInfo } from '../store/contract.ts';
import type { ReadableStore } from './counting-store.ts';
import { listDays } from './day-folder.ts';
import { openDays } from './location.ts';
import type { ReadDayOptions } from './options.ts';

/** An event of a day's files. */
export interface DayRow {
  insert_id: string;
  event_key: string;
  /** ISO 8601 in UTC: `2023-01-01T00:01:02.333Z`. */
  ts: string;
  /** The exact decimal: `12.340000`. */
  metric_value: string;
  identifiers: Record<string, string>;
  event_properties: Record<string, string>;
  user_properties: Record<string, string>;
  platform_properties: Record<string, string>;
}

/**
 * Reads the events of a day, file after file, in bounded memory: a row group at a time.
 *
 * @param url the folder of a day: `out/dt=2023-01-01`, `s3://bucket/prefix/dt=2023-01-01`
 * @throws ImportError E_USAGE; E_INPUT_NOT_FOUND without files; E_INPUT_READ; E_INPUT_FORMAT for a file that is damaged; E_UNSUPPORTED for a codec
 */
export async function* readDay(
  url: string | URL,
  options: ReadDayOptions = {},
): AsyncGenerator<DayRow, void, undefined> {
  checkOptions(READ_DAY_OPTIONS, options, 'readDay');
  const { store, day } = openDays(url, options.store);
  if (day === undefined) {
    throw new ImportError('E_USAGE', `expected the folder of a day, got ${store.url}`, {
      hint: `Name the day: ${store.url}/dt=2023-01-01`,
    });
  }
  const [folder] = (await listDays(store, { from: day, until: day })).days;
  if (folder?.problem !== undefined) {
    throw new ImportError('E_INPUT_READ', `${store.url}/dt=${day} ${folder.problem}`);
  }
  if (folder === undefined || folder.parts.length === 0) {
    throw new ImportError(
      'E_INPUT_NOT_FOUND',
      `${store.url}/dt=${day}: expected Parquet files, got none`,
    );
  }
  for (const part of folder.parts) {
    try {
      yield* rowsOf(store, part);
    } catch (error) {
      if (error instanceof ImportError) throw error;
      throw damaged(store, part, (error as Error).message, error);
    }
  }
}

async function* rowsOf(store: ReadableStore, part: ObjectInfo): AsyncGenerator<DayRow> {
  const read = (start: number, end: number): Promise<Uint8Array> => store.read(part, start, end);
  const { bytes, problem } = await readFileEnd(part.size, read);
  if (bytes === undefined) throw damaged(store, part, problem);
  for await (const row of readRows(
    { url: `${store.url}/${part.name}`, size: part.size, read, end: bytes },
    0,
    Number.POSITIVE_INFINITY,
  )) {
    const { ts, identifiers } = row;
    yield {
      ...row,
      ts: ts instanceof Date ? ts.toISOString() : ts,
      identifiers: typeof identifiers === 'string' ? JSON.parse(identifiers) : identifiers,
    } as DayRow;
  }
}

function damaged(
  store: ReadableStore,
  part: ObjectInfo,
  why: string,
  cause?: unknown,
): ImportError {
  return new ImportError('E_INPUT_FORMAT', `${store.url}/${part.name} cannot be read: ${why}`, {
    hint: 'hackle-import verify --deep says what is wrong.',
    ...(cause !== undefined && { cause }),
  });
}
