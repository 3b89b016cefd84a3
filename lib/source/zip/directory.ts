import type { FileHandle } from 'node:fs/promises';
import type { Entry } from 'yauzl';
import { ImportError } from '../../errors.ts';
import { shellWord } from '../shell-word.ts';
import { archiveEnd } from './archive-end.ts';

/** A file in a ZIP archive, with all that is needed to read it. */
export interface ZipMember {
  /** The file's path in the archive. */
  name: string;
  method: ZipMethod;
  /** Offset in the archive at which the stored bytes begin. */
  start: number;
  storedSize: number;
  /** Number of bytes after decompression. */
  size: number;
  /** Checksum of the decompressed bytes. */
  crc32: number;
}

export type ZipMethod = 'stored' | 'deflate';

/** Compression methods that are not supported, by number (APPNOTE.TXT 4.4.5), for messages. */
const METHODS: Record<number, string> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
  95: 'xz',
  98: 'PPMd',
  99: 'AES encryption',
};

/**
 * Lists the files of a ZIP or ZIP64 archive, sorted by name; leaves out folders and the files that macOS adds. Reads
 * only the archive's directory.
 *
 * @throws ImportError E_INPUT_TRUNCATED, E_INPUT_FORMAT, E_UNSUPPORTED
 */
export async function listZip(name: string, file: FileHandle): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  try {
    const { fromRandomAccessReaderPromise, getFileNameLowLevel } = await import('yauzl');
    const { FileReader } = await import('./reader.ts');
    // Names are decoded here, because yauzl refuses those that lead out of a folder: nothing is unpacked.
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false } as const;
    const end = await archiveEnd(file);
    const zip = await fromRandomAccessReaderPromise(new FileReader(file), end, options);
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
      const path = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
      if (isNoise(path)) continue;
      const method = methodOf(`${name}:${path}`, entry);
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      members.push({
        name: path,
        method,
        start: fileDataStart,
        storedSize: entry.compressedSize,
        size: entry.uncompressedSize,
        crc32: entry.crc32,
      });
    }
  } catch (error) {
    throw error instanceof ImportError ? error : damagedDirectory(name, error as Error);
  }
  if (members.length === 0) {
    throw new ImportError(
      'E_INPUT_FORMAT',
      `${name}: expected files in the ZIP archive, got none`,
      {
        hint: 'There is nothing in it to import.',
        position: { source: name },
      },
    );
  }
  // By code units, so that the order is the same on every machine, whatever its locale.
  return members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Whether a path is that of a folder, or of a metadata file that macOS adds. */
function isNoise(path: string): boolean {
  return path.endsWith('/') || /(?:^|\/)(?:__MACOSX\/|\.DS_Store$)/.test(path);
}

function methodOf(name: string, entry: Entry): ZipMethod {
  const position = { source: name };
  if (entry.isEncrypted()) {
    throw new ImportError(
      'E_UNSUPPORTED',
      `${name}: expected a member without encryption, got an encrypted one`,
      {
        hint: 'Unpack it with its password first, and pass the files.',
        position,
      },
    );
  }
  if (entry.compressionMethod === 0) return 'stored';
  if (entry.compressionMethod === 8) return 'deflate';
  const method = METHODS[entry.compressionMethod] ?? `method ${entry.compressionMethod}`;
  throw new ImportError(
    'E_UNSUPPORTED',
    `${name}: expected a member that is stored or deflated, got ${method}`,
    {
      hint: 'Unpack the archive first, for example with 7z x, and pass the files.',
      position,
    },
  );
}

function damagedDirectory(name: string, error: Error): ImportError {
  const isSystem = (error as NodeJS.ErrnoException).syscall !== undefined;
  if (isSystem) {
    return new ImportError('E_INPUT_READ', `${name}: reading failed: ${error.message}`, {
      cause: error,
    });
  }
  const isCut = /signature not found|overflows file bounds|unexpected EOF/i.test(error.message);
  return new ImportError(
    isCut ? 'E_INPUT_TRUNCATED' : 'E_INPUT_FORMAT',
    isCut
      ? `${name}: the ZIP archive is truncated: the directory at its end is missing, or lists members that are missing`
      : `${name}: the directory of the ZIP archive is damaged (${error.message})`,
    {
      hint: `Fetch the file again. unzip -t ${shellWord(name)} shows what is left of it.`,
      position: { source: name },
      cause: error,
    },
  );
}
