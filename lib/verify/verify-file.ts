import { readFileEnd } from '../parquet/file-end.ts';
import { type FileFooter, parseFooter } from '../parquet/file-footer.ts';
import type { ObjectInfo } from '../store/contract.ts';
import type { ReadableStore } from './counting-store.ts';
import type { Note } from './finding.ts';
import { checkFooter } from './footer-check.ts';
import { checkSchema, type IdentifiersType } from './schema-check.ts';
import { checkStatistics, type GroupTimes } from './statistics-check.ts';
import { whyUnreadable } from './unreadable.ts';

const MAGIC = 'PAR1';

/** What is known of a file by its footer. */
export interface VerifiedFile {
  object: ObjectInfo;
  /** Undefined where it cannot be read. */
  footer: FileFooter | undefined;
  /** Undefined where the schema is not the vendor's. */
  identifiers: IdentifiersType | undefined;
  /** Whether the pages can be found by the footer. */
  hasPages: boolean;
  times: GroupTimes[];
}

/** Checks a file of a day by its first and last bytes. */
export async function verifyFile(
  store: ReadableStore,
  object: ObjectInfo,
  day: string,
  note: Note,
): Promise<VerifiedFile> {
  const file: VerifiedFile = {
    object,
    footer: undefined,
    identifiers: undefined,
    hasPages: false,
    times: [],
  };
  try {
    return await checkFile(store, file, day, note);
  } catch (error) {
    note('unreadable', whyUnreadable(error), { file: object.name });
    return file;
  }
}

async function checkFile(
  store: ReadableStore,
  file: VerifiedFile,
  day: string,
  note: Note,
): Promise<VerifiedFile> {
  const { object } = file;
  const place = { file: object.name };
  const read = (start: number, end: number): Promise<Uint8Array> => store.read(object, start, end);
  const { bytes, problem } = await readFileEnd(object.size, read);
  if (bytes === undefined) {
    note('not_parquet', problem, place);
    return file;
  }
  const magic = Buffer.from(await read(0, MAGIC.length)).toString('latin1');
  if (magic !== MAGIC) note('not_parquet', 'it does not begin with PAR1', place);
  try {
    const footer = parseFooter(bytes, object.size);
    file.identifiers = checkSchema(footer, place, note);
    file.footer = footer;
  } catch (error) {
    note('footer', `the footer cannot be read: ${(error as Error).message}`, place);
    return file;
  }
  if (file.identifiers === undefined) return file;
  file.hasPages = checkFooter(file.footer, place, note);
  file.times = checkStatistics(file.footer, day, place, note);
  if (file.footer.isOurs && file.hasPages) {
    // Loads in about 30 ms.
    const { isAsWritten } = await import('../parquet/own-footer.ts');
    if (!isAsWritten(bytes)) note('footer', 'some bytes of the footer are damaged', place);
  }
  return file;
}
