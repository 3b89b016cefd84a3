import { ImportError } from '../../errors.ts';

/** How CSV is written. Anything omitted is detected in the first lines of each source. */
export interface CsvOptions {
  /** Names of the columns, for a source without a header line. A name may be a path: `event_properties.price`. */
  columns?: readonly string[] | undefined;
  /** One ASCII character between cells. Default: comma, tab, `;` or `|`, whichever splits the first lines equally. */
  delimiter?: string | undefined;
  /** One ASCII character around cells that contain delimiters or line ends; `''` for none. Default `"`. */
  quote?: string | undefined;
  /**
   * One ASCII character with which lines begin that are no records, such as `#`; `''` for none. Inside quotes it means
   * nothing. Default: none; `#` in W3C logs.
   */
  comment?: string | undefined;
}

/**
 * Whether a value can be the delimiter, the quote or the comment: one ASCII character, but no line end and not NUL.
 * The delimiter of Hive is U+0001.
 */
export function isCsvCharacter(value: string): boolean {
  return value > '\0' && value < '\x80' && value.length === 1 && !/[\r\n]/.test(value);
}

/** Checks the options that a user gave. @throws ImportError E_USAGE for an invalid one */
export function checkCsvOptions({ columns, delimiter, quote, comment }: CsvOptions): void {
  for (const [name, value] of Object.entries({ delimiter, quote, comment })) {
    if (value === undefined || (name !== 'delimiter' && value === '')) continue;
    if (isCsvCharacter(value)) continue;
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
  if (comment !== undefined && (comment === delimiter || comment === (quote ?? '"'))) {
    throw new ImportError(
      'E_USAGE',
      `expected a comment other than the delimiter and the quote, got ${comment} for both`,
    );
  }
  if (columns?.every((name) => name === '')) {
    throw new ImportError('E_USAGE', 'columns: expected the names of the columns, got none');
  }
}
