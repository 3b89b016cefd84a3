import { ImportError } from '../../errors.ts';

/** How CSV is written. Anything omitted is detected in the first lines of each source. */
export interface CsvOptions {
  /** Names of the columns, for a source without a header line. A name may be a path: `event_properties.price`. */
  columns?: readonly string[] | undefined;
  /** One ASCII character between cells. Default: comma, tab, `;` or `|`, whichever splits the first lines equally. */
  delimiter?: string | undefined;
  /** One ASCII character around cells that contain delimiters or line ends; `''` for none. Default `"`. */
  quote?: string | undefined;
}

/** Checks the options that a user gave. @throws ImportError E_USAGE for an invalid one */
export function checkCsvOptions({ columns, delimiter, quote }: CsvOptions): void {
  for (const [name, value] of Object.entries({ delimiter, quote })) {
    if (value === undefined || (name === 'quote' && value === '')) continue;
    if (/^[\t\x20-\x7e]$/.test(value)) continue;
    throw new ImportError(
      'E_USAGE',
      `${name}: expected one ASCII character, got ${JSON.stringify(value)}`,
    );
  }
  if (delimiter !== undefined && delimiter === (quote ?? '"')) {
    throw new ImportError(
      'E_USAGE',
      `expected a delimiter other than the quote, got ${delimiter} for both`,
    );
  }
  if (columns?.every((name) => name === '')) {
    throw new ImportError('E_USAGE', 'columns: expected the names of the columns, got none');
  }
}
