import { ImportError } from '../errors.ts';
import { locationText } from '../options/location.ts';
import { dayFolder, openStore } from '../store/open.ts';
import type { StoreOptions } from '../store/options.ts';
import { CountingStore } from './counting-store.ts';

/** A place that is looked at: the store with the days, and what in it is meant. */
export interface Location {
  store: CountingStore;
  /** The day whose folder is named. */
  day?: string;
  /** Name of the file that is named, below the store's folder. */
  file?: string;
}

/** Opens a folder of days, or the folder of one day. @throws ImportError E_USAGE, E_UNSUPPORTED */
export function openDays(url: string | URL, options: StoreOptions | undefined): Location {
  const text = textOf(url);
  const folder = dayFolder(text);
  if (folder === undefined) return { store: open(text, options) };
  return { store: open(folderText(folder.root ?? '', text), options), day: folder.day };
}

/** Opens the folder in which a file is, or that of its day. @throws ImportError E_USAGE, E_UNSUPPORTED */
export function openFile(
  url: string | URL,
  options: StoreOptions | undefined,
): Required<Omit<Location, 'day'>> {
  // What ends with a slash is a folder, which is looked for under its name.
  const text = textOf(url).replace(/(?<=[^/\\])[/\\]+$/, '');
  const [, root = '', file = text] =
    /^(?:(.*?)[/\\])??((?:dt=\d{4}-\d\d-\d\d[/\\])?[^/\\]+)$/s.exec(text) ?? [];
  return { store: open(folderText(root, text), options), file: file.replaceAll('\\', '/') };
}

function textOf(url: string | URL): string {
  const text = url instanceof URL ? locationText(url) : url;
  if (text !== '' && !text.includes('\0')) return text;
  throw new ImportError(
    'E_USAGE',
    'expected a folder or file to look at, got an empty or broken name',
    { hint: 'Name what an import wrote, such as out or s3://bucket/prefix.' },
  );
}

/** The folder before the last slash: the working directory, or that of the file system. */
function folderText(root: string, text: string): string {
  if (root !== '') return root;
  return /^[/\\]/.test(text) ? '/' : '.';
}

function open(text: string, options: StoreOptions | undefined): CountingStore {
  return new CountingStore(openStore(text, options));
}
