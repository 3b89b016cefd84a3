/** What an input is, as its first bytes tell; the name of a file says nothing reliable. */
export type Format = 'gzip' | 'zstd' | 'zip' | 'text' | ForeignFormat;

/** A format this program does not read: what it is, and how to make it readable. */
export interface ForeignFormat {
  what: string;
  /** `FILE` stands for the input's name. */
  todo: string;
}

interface Magic extends ForeignFormat {
  bytes: string;
  at?: number;
}

/** Enough bytes to recognise every format below. */
export const HEAD_SIZE = 512;

const GZIP = Buffer.from('1f8b08', 'hex');
const ZSTD = Buffer.from('28b52ffd', 'hex');
// RFC 8878, 3.1.2: sixteen magic numbers, 0x184D2A50 to 0x184D2A5F, little-endian.
const ZSTD_SKIPPABLE = Buffer.from('2a4d18', 'hex');

// APPNOTE.TXT 4.3: a member, the directory's end where there is none, a part of a split archive.
const ZIP = ['504b0304', '504b0506', '504b0708'].map((magic) => Buffer.from(magic, 'hex'));

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const through = (command: string): string =>
  `Give its lines instead: ${command} | hackle-import - …`;
const convert = (encoding: string): string => through(`iconv -f ${encoding} -t UTF-8 FILE`);
const duckdb = (table: string): string =>
  `Write it as NDJSON first, for example with DuckDB: COPY (FROM ${table}) TO 'events.ndjson'.`;

// The longer of two magics with the same beginning stands first.
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

/** Whether `head` begins like `magic`; a head that ends within it counts from `least` bytes on. */
function begins(head: Uint8Array, magic: Uint8Array, least: number): boolean {
  const length = Math.min(head.length, magic.length);
  return (
    length >= least && Buffer.compare(head.subarray(0, length), magic.subarray(0, length)) === 0
  );
}

/** The format of an input by its first HEAD_SIZE bytes, or all it has. */
export function detectFormat(head: Uint8Array): Format {
  // Also of inputs that were cut within the magic: no text begins with these bytes.
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
    // Three letters alone could be text: a level and the first block's magic follow them.
    if (
      magic.what === 'bzip2' &&
      !BZIP2_BLOCK.includes(Buffer.from(head.subarray(4, 10)).toString('hex'))
    )
      continue;
    return magic;
  }
  return 'text';
}
