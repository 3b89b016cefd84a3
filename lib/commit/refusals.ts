import { ImportError } from '../errors.ts';
import type { EventCount } from './event-count.ts';

/** The error for a complete day that must stay as it is. @param count what its files have, if known */
export function dayComplete(
  day: string,
  { url, name }: { url: string; name: string },
  count: EventCount | undefined,
): ImportError {
  const events = count?.isExact ? ` with ${plural(count.events)}` : '';
  return new ImportError(
    'E_DAY_COMPLETE',
    `${day} is complete already${events}: ${url} has ${name}; nothing was changed there`,
    {
      hint: '--if-exists skip leaves complete days as they are and writes the others, --if-exists replace writes them again (API: ifExists)',
    },
  );
}

/** The error for a complete day that would have fewer events than before. */
export function dayShrinks(day: string, url: string, before: number, after: number): ImportError {
  return new ImportError(
    'E_DAY_SHRINKS',
    `${day} has ${plural(before)} in ${url}, and this run ${after === 0 ? 'none' : `only ${after.toLocaleString('en')}`}; nothing was changed there`,
    {
      hint: `give one run all inputs with events of ${day}: a dump by another clock than UTC has only a part of a UTC day. To replace the day by fewer events all the same: --allow-shrink (API: allowShrink)`,
    },
  );
}

function plural(events: number): string {
  return `${events.toLocaleString('en')} event${events === 1 ? '' : 's'}`;
}
