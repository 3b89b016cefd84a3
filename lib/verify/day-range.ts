import { ImportError } from '../errors.ts';

/** The days that are looked at; both ends belong to them. */
export interface DayRange {
  from?: string | undefined;
  until?: string | undefined;
}

/**
 * Returns the days that are looked at: the day whose folder is named, or those of the options.
 *
 * @throws ImportError E_USAGE where the days contradict each other or the folder
 */
export function dayRange(day: string | undefined, { from, until }: DayRange): DayRange {
  if (day === undefined) {
    if (from === undefined || until === undefined || from <= until) return { from, until };
    throw new ImportError('E_USAGE', `until: expected a day not before ${from}, got ${until}`);
  }
  if (from !== undefined || until !== undefined) {
    const asked = from === until ? from : `${from ?? ''} – ${until ?? ''}`.trim();
    throw new ImportError(
      'E_USAGE',
      `expected either the folder of a day or days of a folder, got dt=${day} and ${asked}`,
      { hint: 'Name the folder that has the days, or leave the days out.' },
    );
  }
  return { from: day, until: day };
}
