import { ImportError } from '../errors.ts';
import { checkOptions } from '../options/check.ts';
import { INSPECT_OPTIONS } from '../options/looks.ts';
import { readFileEnd } from '../parquet/file-end.ts';
import { type ChunkFooter, type FileFooter, parseFooter } from '../parquet/file-footer.ts';
import { encodingName, readPageHeader } from '../parquet/page.ts';
import { type Row, type RowFile, readRows } from '../parquet/read-rows.ts';
import { type ColumnText, columnTexts } from '../parquet/schema-text.ts';
import type { ObjectInfo } from '../store/contract.ts';
import { columnName, leafOf } from './column-name.ts';
import type { ReadableStore } from './counting-store.ts';
import { FileWindow } from './deep/file-window.ts';
import { Findings } from './finding.ts';
import { openFile } from './location.ts';
import type { InspectOptions } from './options.ts';
import { checkSchema } from './schema-check.ts';
import { timeText } from './statistics-check.ts';

/** Longest header of a page that is read. */
const HEADER = 64 << 10;

/** Sizes and statistics of a column: in a row group, or in the whole file. */
export interface InspectedColumn {
  /** `ts`, `event_properties.key`. */
  name: string;
  /** Type of the values in the file: `BYTE_ARRAY`. */
  type: string;
  /** Values, nulls and empty maps left out. */
  values: number;
  /** Bytes in the file, and before compression. */
  stored: number;
  raw: number;
  encodings: string[];
  /** Least and greatest value, as far as the footer says. */
  min?: string;
  max?: string;
}

/** A row group as the footer describes it. */
export interface InspectedGroup {
  rows: number;
  stored: number;
  raw: number;
  columns: InspectedColumn[];
}

/** A page as its header describes it. */
export interface InspectedPage {
  rowGroup: number;
  column: string;
  /** Where it begins in the file. */
  offset: number;
  kind: 'dictionary' | 'data' | 'other';
  encoding: string;
  values: number;
  stored: number;
  raw: number;
}

/** What is in a Parquet file. */
export interface Inspection {
  url: string;
  bytes: number;
  events: number;
  createdBy: string;
  codecs: string[];
  schema: ColumnText[];
  /** How the schema differs from the vendor's: sentences. */
  differences: string[];
  columns: InspectedColumn[];
  rowGroups: InspectedGroup[];
  pages?: InspectedPage[];
  rows?: Row[];
}

/**
 * Reads what a Parquet file says of itself: schema, row groups, encodings, sizes, statistics; with `rows` its first rows.
 * Any Parquet file can be looked at.
 *
 * @param file a path, `s3://bucket/key` or `gs://bucket/key`
 * @throws ImportError E_USAGE; E_INPUT_NOT_FOUND; E_INPUT_FORMAT where it is no Parquet file
 */
export async function inspect(
  file: string | URL,
  options: InspectOptions = {},
): Promise<Inspection> {
  checkOptions(INSPECT_OPTIONS, options, 'inspect');
  const { store, file: name } = openFile(file, options.store);
  const object = (await store.list(name)).find((each) => each.name === name);
  const url = `${store.url.replace(/\/$/, '')}/${name}`;
  if (object === undefined) throw await noFile(store, name, url);
  const read = (start: number, end: number): Promise<Uint8Array> => store.read(object, start, end);
  const { bytes, problem } = await readFileEnd(object.size, read);
  if (bytes === undefined) throw noParquet(url, problem);
  const footer = footerOf(bytes, object.size, url);
  try {
    const { rows = 0, pages = false } = options;
    return {
      ...describe(footer),
      url,
      bytes: object.size,
      ...(pages && { pages: await pagesOf(store, object, footer) }),
      ...(rows > 0 && {
        rows: await firstRows({ url, size: object.size, read, end: bytes }, rows),
      }),
    };
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw noParquet(url, (error as Error).message, error);
  }
}

async function noFile(store: ReadableStore, name: string, url: string): Promise<ImportError> {
  const isFolder =
    (await store.list(`${name}/`)).length > 0 ||
    (await store.folders?.(name))?.includes(name) === true;
  const hint = 'inspect looks at one file; verify looks at days.';
  return isFolder
    ? new ImportError('E_INPUT_FORMAT', `${url}: expected a Parquet file; it is a folder`, { hint })
    : new ImportError('E_INPUT_NOT_FOUND', `${url}: there is no such file`, { hint });
}

function footerOf(bytes: Buffer, size: number, url: string): FileFooter {
  try {
    return parseFooter(bytes, size);
  } catch (error) {
    const why = `the footer cannot be read: ${(error as Error).message}`;
    throw noParquet(url, why, error);
  }
}

async function firstRows(file: RowFile, count: number): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(file, 0, count)) rows.push(row);
  return rows;
}

function noParquet(url: string, why: string, cause?: unknown): ImportError {
  return new ImportError('E_INPUT_FORMAT', `${url}: expected a Parquet file; ${why}`, { cause });
}

function describe(footer: FileFooter): Omit<Inspection, 'url' | 'bytes'> {
  const findings = new Findings();
  checkSchema(footer, {}, findings.add);
  const rowGroups = footer.groups.map(({ rows, chunks }) => {
    const columns = chunks.map(columnOf);
    const sum = (what: 'stored' | 'raw'): number =>
      columns.reduce((total, each) => total + each[what], 0);
    return { rows, stored: sum('stored'), raw: sum('raw'), columns };
  });
  const codecs = footer.groups.flatMap(({ chunks }) => chunks.map(({ codec = '?' }) => codec));
  return {
    events: footer.rows,
    createdBy: footer.createdBy,
    codecs: [...new Set(codecs)],
    schema: columnTexts(footer.schema),
    differences: findings.list.map(({ column, message }) => `${column}: ${message}`),
    columns: together(rowGroups),
    rowGroups,
  };
}

function columnOf(chunk: ChunkFooter): InspectedColumn {
  const {
    path,
    type = '?',
    values,
    nulls = 0,
    compressed,
    uncompressed,
    encodings,
    min,
    max,
  } = chunk;
  return {
    name: columnName(path),
    type,
    values: values - nulls,
    stored: compressed,
    raw: uncompressed,
    // Levels, which say where rows and maps begin, are always RLE.
    encodings: encodings.filter((name) => name !== undefined && name !== 'RLE') as string[],
    ...(min !== undefined && { min: extremeText(path, min) }),
    ...(max !== undefined && { max: extremeText(path, max) }),
  };
}

function extremeText(path: string, value: NonNullable<ChunkFooter['min']>): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return leafOf(path).column === 'ts' ? timeText(Number(value)) : String(value);
}

/** Adds up the columns of all row groups; of their statistics nothing is said. */
function together(groups: readonly InspectedGroup[]): InspectedColumn[] {
  const columns = new Map<string, InspectedColumn>();
  for (const { columns: each } of groups) {
    for (const { name, type, values, stored, raw, encodings } of each) {
      const known = columns.get(name) ?? {
        name,
        type,
        values: 0,
        stored: 0,
        raw: 0,
        encodings: [],
      };
      known.values += values;
      known.stored += stored;
      known.raw += raw;
      known.encodings = [...new Set([...known.encodings, ...encodings])];
      columns.set(name, known);
    }
  }
  return [...columns.values()];
}

async function pagesOf(
  store: ReadableStore,
  object: ObjectInfo,
  { groups }: FileFooter,
): Promise<InspectedPage[]> {
  const pages: InspectedPage[] = [];
  const ranges = groups.flatMap(({ chunks }) =>
    chunks.map(({ start, compressed }) => ({ start, end: start + compressed })),
  );
  const window = new FileWindow(store, object, ranges);
  for (const [rowGroup, { chunks }] of groups.entries()) {
    for (const { path, start, compressed } of chunks) {
      const end = start + compressed;
      for (let offset = start; offset < end; ) {
        const header = readPageHeader(await window.read(offset, Math.min(HEADER, end - offset)));
        const stored = header.size + header.compressed;
        pages.push({
          rowGroup,
          column: columnName(path),
          offset,
          kind: header.kind,
          encoding: encodingName(header.encodingNumber),
          values: header.values,
          stored,
          raw: header.size + header.uncompressed,
        });
        offset += stored;
      }
    }
  }
  return pages;
}
