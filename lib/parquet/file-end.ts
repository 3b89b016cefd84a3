/** Bytes at the end of a file: the length of the footer, and `PAR1`. */
const END_SIZE = 8;
/** Larger footers are not read: a damaged file may give any length. */
const LARGEST_FOOTER = 256 << 20;
/** A footer has 1.3 KB for each row group of 12 MiB, which takes 1.5 MB or more: that is less than this share. */
const FOOTER_SHARE = 1 / 512;
const LEAST_READ = 4 << 10;
const MOST_READ = 64 << 10;

/** The end of a Parquet file, or why there is none. */
export type FileEnd =
  | {
      /** The footer, its length and `PAR1`. */
      bytes: Buffer;
      problem?: undefined;
    }
  | { bytes?: undefined; problem: string };

/** Reads the bytes from `start` to before `end` of a file. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/** Reads the footer of a file in one request, or in two if the footer is large. */
export async function readFileEnd(size: number, read: ReadRange): Promise<FileEnd> {
  if (size === 0) return { problem: 'the file is empty' };
  const first = Math.min(size, Math.max(LEAST_READ, Math.min(MOST_READ, size * FOOTER_SHARE)));
  const readLast = async (bytes: number): Promise<Buffer> =>
    Buffer.from(await read(size - bytes, size));
  const end = await readLast(Math.floor(first));
  if (size < END_SIZE + 4 || end.toString('latin1', end.length - 4) !== 'PAR1') {
    return { problem: 'it does not end with PAR1: cut off, or no Parquet file' };
  }
  const whole = end.readUInt32LE(end.length - END_SIZE) + END_SIZE;
  if (whole > size) {
    return {
      problem: `the length of the footer is ${whole - END_SIZE} bytes, more than the file has`,
    };
  }
  if (whole > LARGEST_FOOTER) {
    return { problem: `the footer has ${whole} bytes, more than are read (${LARGEST_FOOTER})` };
  }
  const bytes = whole > end.length ? await readLast(whole) : end.subarray(end.length - whole);
  return { bytes };
}
