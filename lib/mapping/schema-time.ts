import type { z } from 'zod';
import { closestTimezone } from '../nearest.ts';
import { timeFormatProblem } from '../record/time-format.ts';
import { problem, text } from './schema-problem.ts';

/** The schema of a time zone: an IANA name that this Node knows. */
export const timezone: z.ZodString = text('an IANA time zone such as "Asia/Seoul"').check(
  (context) => {
    // Only some versions of Node accept offsets such as +09:00.
    if (/^[A-Za-z]/.test(context.value) && isTimezone(context.value)) return;
    const meant = closestTimezone(context.value);
    problem(
      context,
      `expected an IANA time zone such as "Asia/Seoul", got ${JSON.stringify(context.value)}${meant ? `; did you mean "${meant}"?` : ''}`,
      'For a fixed offset, use a name such as Etc/GMT-9, which is nine hours ahead of UTC.',
    );
  },
);

/** The schema of a time format in tokens. */
export const timeFormat: z.ZodString = text('a format such as "DD/MMM/YYYY:HH:mm:ss ZZ"').check(
  (context) => {
    const wrong = timeFormatProblem(context.value);
    if (wrong !== undefined) problem(context, `expected a format of times, but ${wrong}`);
  },
);

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
