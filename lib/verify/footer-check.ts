import type { ChunkFooter, FileFooter, GroupFooter } from '../parquet/file-footer.ts';
import { columnName, leafOf } from './column-name.ts';
import type { FindingPlace, Note } from './finding.ts';

/** Bytes of `PAR1`, with which a file begins. */
const HEADER = 4;
const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'LZ4_RAW', 'LZ4', 'BROTLI', 'LZO'];
/** Entries that every row has in a map: the keys that the vendor requires. */
const LEAST_ENTRIES: Readonly<Record<string, number>> = { identifiers: 2, platform_properties: 2 };

/** Checks what a footer says of rows, sizes and places. Returns whether pages can be found by it. */
export function checkFooter(footer: FileFooter, file: FindingPlace, note: Note): boolean {
  const { groups, rows, start, isOurs } = footer;
  let faults = 0;
  const count: Note = (...args) => {
    faults++;
    note(...args);
  };
  if (groups.length === 0 || rows === 0) {
    count('no_rows', 'the file has no rows: it is not written at all then', file);
  }
  const sum = groups.reduce((total, group) => total + group.rows, 0);
  if (sum !== rows) {
    count('count', `the footer counts ${rows} rows, its row groups ${sum}`, file);
  }
  const leaves = leafPaths(footer);
  let end = HEADER;
  groups.forEach((group, rowGroup) => {
    const place = { ...file, rowGroup };
    checkGroup(group, leaves, place, count);
    for (const chunk of group.chunks) {
      checkPlace(chunk, { end, start, isOurs }, place, count);
      end = Math.max(end, chunk.start + chunk.compressed || 0);
    }
  });
  if (isOurs && end !== start && faults === 0) {
    count('place', `pages end at byte ${end}, the footer begins at ${start}`, file);
  }
  return faults === 0;
}

/** The paths and types of the columns that have pages, by the schema. */
function leafPaths({ schema }: FileFooter): string[] {
  const paths: string[] = [];
  const rest = schema.values();
  rest.next();
  const walk = (parents: readonly string[]): void => {
    const { value, done } = rest.next();
    if (done) return;
    const path = [...parents, value.name];
    if (value.type !== undefined) paths.push(`${path.join('.')} ${value.type}`);
    else for (let i = 0; i < Math.min(1000, value.num_children ?? 0); i++) walk(path);
  };
  for (let i = 0; i < Math.min(1000, schema[0]?.num_children ?? 0); i++) walk([]);
  return paths;
}

function checkGroup(
  group: GroupFooter,
  leaves: readonly string[],
  place: FindingPlace,
  note: Note,
): void {
  const { rows, chunks, compressed, uncompressed } = group;
  if (!(rows > 0)) note('count', `expected a row group with rows, got ${rows}`, place);
  const paths = chunks.map(({ path, type }) => `${path} ${type}`);
  if (paths.join('\n') !== leaves.join('\n')) {
    note('count', `expected the columns ${leaves.join(', ')}, got ${paths.join(', ')}`, place);
    return;
  }
  const raw = sumOf(chunks, 'uncompressed');
  if (raw !== uncompressed) {
    note('count', `the row group counts ${uncompressed} bytes, its columns ${raw}`, place);
  }
  const packed = sumOf(chunks, 'compressed');
  if (compressed !== undefined && compressed !== packed) {
    note(
      'count',
      `the row group counts ${compressed} compressed bytes, its columns ${packed}`,
      place,
    );
  }
  chunks.forEach((chunk, index) => {
    checkChunk(chunk, rows, chunks[index - 1], { ...place, column: columnName(chunk.path) }, note);
  });
}

function checkChunk(
  chunk: ChunkFooter,
  rows: number,
  before: ChunkFooter | undefined,
  place: FindingPlace,
  note: Note,
): void {
  const { path, codec, encodings, values, nulls, uncompressed, compressed } = chunk;
  if (codec === undefined || !CODECS.includes(codec)) {
    note('codec', `expected a codec that Parquet knows, got ${codec}`, place);
  } else if (codec === 'UNCOMPRESSED' && uncompressed !== compressed) {
    note(
      'count',
      `${compressed} bytes without compression, of which ${uncompressed} are pages`,
      place,
    );
  }
  if (encodings.includes(undefined)) note('codec', 'an encoding that Parquet does not know', place);
  const { column, part } = leafOf(path);
  if (part === undefined) {
    if (values !== rows) note('count', `${values} values in ${rows} rows`, place);
    if (nulls !== undefined && nulls !== 0)
      note('count', `${nulls} nulls in a required column`, place);
    return;
  }
  if (!(values >= rows)) {
    note('count', `${values} entries and empty maps in ${rows} rows`, place);
  } else if (part === 'value' && (before?.values !== values || before?.nulls !== nulls)) {
    note(
      'count',
      `${values} values, ${nulls} of empty maps, for ${before?.values} keys, ${before?.nulls}`,
      place,
    );
  } else if (nulls !== undefined && !(nulls >= 0 && nulls <= rows)) {
    note('count', `${nulls} empty maps in ${rows} rows`, place);
  } else if (values - (nulls ?? 0) < rows * (LEAST_ENTRIES[column] ?? 0)) {
    const message = `${values - (nulls ?? 0)} entries in ${rows} rows: some lack keys that the vendor requires`;
    note('required_key', message, { ...place, column });
  }
}

/** Checks that the pages of a column lie between what comes before and the footer. */
function checkPlace(
  { path, start, compressed }: ChunkFooter,
  file: { end: number; start: number; isOurs: boolean },
  place: FindingPlace,
  note: Note,
): void {
  const isInside = start >= file.end && compressed > 0 && start + compressed <= file.start;
  if (isInside && !(file.isOurs && start !== file.end)) return;
  const message = `expected pages between bytes ${file.end} and ${file.start}, got ${start} to ${start + compressed}`;
  note('place', message, { ...place, column: columnName(path) });
}

function sumOf(chunks: readonly ChunkFooter[], what: 'compressed' | 'uncompressed'): number {
  return chunks.reduce((sum, chunk) => sum + chunk[what], 0);
}
