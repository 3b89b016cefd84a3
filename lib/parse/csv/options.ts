import { ImportError } from '../../errors.ts';

/** How a source of CSV is written. What is not given is detected in its first lines. */
export interface CsvOptions {
  /** Names of the columns, where the source has no header line. A name may be a path: `event_properties.price`. */
  columns?: readonly string[] | undefined;
  /** One ASCII character between cells. Default: the one of `,` tab `;` `|` that the first lines agree on. */
  delimiter?: string | undefined;
  /** One ASCII character around cells that have delimiters or line ends inside. Default `"`; `''`: there is none. */
  quote?: string | undefined;
}

/** Checks options given by a user. @throws ImportError E_USAGE */
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
