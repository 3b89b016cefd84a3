import { locationText } from '../options/location.ts';
import { openStore } from '../store/open.ts';
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
  const [, root = '', day] = /^(?:(.*)[/\\])?dt=(\d{4}-\d\d-\d\d)[/\\]*$/s.exec(text) ?? [];
  if (day === undefined) return { store: open(text, options) };
  return { store: open(folderText(root, text), options), day };
}

/** Opens the folder in which a file is, or that of its day. @throws ImportError E_USAGE, E_UNSUPPORTED */
export function openFile(
  url: string | URL,
  options: StoreOptions | undefined,
): Required<Omit<Location, 'day'>> {
  const text = textOf(url);
  const [, root = '', file = text] =
    /^(?:(.*?)[/\\])??((?:dt=\d{4}-\d\d-\d\d[/\\])?[^/\\]+)$/s.exec(text) ?? [];
  return { store: open(folderText(root, text), options), file: file.replaceAll('\\', '/') };
}

function textOf(url: string | URL): string {
  return url instanceof URL ? locationText(url) : url;
}

/** The folder before the last slash: the working directory, or that of the file system. */
function folderText(root: string, text: string): string {
  if (root !== '') return root;
  return /^[/\\]/.test(text) ? '/' : '.';
}

function open(text: string, options: StoreOptions | undefined): CountingStore {
  return new CountingStore(openStore(text, options));
}
