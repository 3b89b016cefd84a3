/** What an input is, according to its first bytes; its name is not reliable. */
export type Format = 'gzip' | 'zstd' | 'zip' | 'text' | ForeignFormat;

/** A format that this program does not read, and how to make it readable. */
export interface ForeignFormat {
  /** Name of the format, with its article: `an ORC file`. */
  what: string;
  /** What to do, with `FILE` for the input's name. */
  todo: string;
}

interface Magic extends ForeignFormat {
  bytes: string;
  at?: number;
}

/** Bytes that suffice to recognise every format below. */
export const HEAD_SIZE = 512;

const GZIP = Buffer.from('1f8b08', 'hex');
const ZSTD = Buffer.from('28b52ffd', 'hex');
// RFC 8878, 3.1.2: sixteen magic numbers, 0x184D2A50 to 0x184D2A5F, little-endian.
const ZSTD_SKIPPABLE = Buffer.from('2a4d18', 'hex');

// APPNOTE.TXT 4.3: a member, the directory's end where there is none, a part of a split archive.
const ZIP = ['504b0304', '504b0506', '504b0708'].map((magic) => Buffer.from(magic, 'hex'));

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const through = (command: string): string =>
  `Pass its lines instead: ${command} | hackle-import - …`;
const convert = (encoding: string): string => through(`iconv -f ${encoding} -t UTF-8 FILE`);
const duckdb = (table: string): string =>
  `Write it as NDJSON first, for example with DuckDB: COPY (FROM ${table}) TO 'events.ndjson'.`;

// If two magics begin alike, the longer one comes first.
const FOREIGN: readonly Magic[] = [
  { bytes: 'fffe0000', what: 'text in UTF-32', todo: convert('UTF-32') },
  { bytes: '0000feff', what: 'text in UTF-32', todo: convert('UTF-32') },
  { bytes: 'fffe', what: 'text in UTF-16', todo: convert('UTF-16') },
  { bytes: 'feff', what: 'text in UTF-16', todo: convert('UTF-16') },
  { bytes: hex('BZh'), what: 'bzip2', todo: through('bzip2 -dc FILE') },
  { bytes: 'fd377a585a00', what: 'xz', todo: through('xz -dc FILE') },
  { bytes: '04224d18', what: 'lz4', todo: through('lz4 -dc FILE') },
  { bytes: 'ff060000734e61507059', what: 'framed Snappy', todo: through('snzip -dc FILE') },
  { bytes: hex('PAR1'), what: 'a Parquet file', todo: duckdb("'FILE'") },
  { bytes: '4f626a01', what: 'an Avro file', todo: through('avro-tools tojson FILE') },
  { bytes: hex('ORC'), what: 'an ORC file', todo: through('orc-contents FILE') },
  {
    bytes: hex('SQLite format 3\0'),
    what: 'an SQLite database',
    todo: duckdb("sqlite_scan('FILE', 'table')"),
  },
  { bytes: hex('ustar'), at: 257, what: 'a tar archive', todo: through('tar -xOf FILE') },
];

const BZIP2_BLOCK = ['314159265359', '177245385090'];

/** Whether `head` begins with `magic`; a shorter head needs at least `least` bytes of it. */
function begins(head: Uint8Array, magic: Uint8Array, least: number): boolean {
  const length = Math.min(head.length, magic.length);
  return (
    length >= least && Buffer.compare(head.subarray(0, length), magic.subarray(0, length)) === 0
  );
}

/** Returns the format of an input, given its first HEAD_SIZE bytes, or all bytes of a shorter one. */
export function detectFormat(head: Uint8Array): Format {
  // Also for inputs that end within the magic, because no text begins with these bytes.
  if (begins(head, GZIP, 1)) return 'gzip';
  if (begins(head, ZSTD, 2)) return 'zstd';
  if (
    head.length >= 4 &&
    ((head[0] ?? 0) & 0xf0) === 0x50 &&
    begins(head.subarray(1), ZSTD_SKIPPABLE, 3)
  ) {
    return 'zstd';
  }
  if (ZIP.some((magic) => begins(head, magic, magic.length))) return 'zip';
  for (const magic of FOREIGN) {
    const bytes = Buffer.from(magic.bytes, 'hex');
    const at = magic.at ?? 0;
    if (!begins(head.subarray(at), bytes, bytes.length)) continue;
    // Three letters alone could be text; in bzip2 a level and the first block's magic follow them.
    if (
      magic.what === 'bzip2' &&
      !BZIP2_BLOCK.includes(Buffer.from(head.subarray(4, 10)).toString('hex'))
    )
      continue;
    return magic;
  }
  return 'text';
}

/** Whether a format is a compression, which shows in its first bytes. */
export function isCompressedFormat(format: Format): format is 'gzip' | 'zstd' {
  return format === 'gzip' || format === 'zstd';
}

/** Whether an input is Brotli. Only its name tells, because Brotli has no magic number. */
export function isBrotliName(name: string): boolean {
  return /\.br$/i.test(name);
}
